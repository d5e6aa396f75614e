package org.fdistill.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fdistill.config.ConfigFields;

/** The fields in which the configs of some runs differ, as a table. */
final class Differences {
  private static final String UNSET = "(not set)";

  private Differences() {}

  static Html of(List<NamedRun> runs) {
    List<NamedRun> known = runs.stream().filter(r -> r.run().config().isPresent()).toList();
    if (known.size() < 2) {
      return Html.NOTHING;
    }
    List<Map<String, String>> configs = known.stream().map(Differences::fields).toList();
    Set<String> paths = new LinkedHashSet<>();
    configs.forEach(config -> paths.addAll(config.keySet()));
    List<String> header = new ArrayList<>(List.of("Field"));
    known.forEach(run -> header.add(run.label()));
    Table table = Table.ofTexts("Where the configs differ", header);
    for (String path : paths) {
      List<String> values = configs.stream().map(c -> c.getOrDefault(path, UNSET)).toList();
      if (new LinkedHashSet<>(values).size() > 1) {
        List<String> row = new ArrayList<>(List.of(path));
        row.addAll(values);
        table.row(row);
      }
    }
    return table.isEmpty()
        ? Html.element("p", "Their configs are the same in every field.")
        : table.html();
  }

  private static Map<String, String> fields(NamedRun run) {
    Map<String, String> fields = new LinkedHashMap<>();
    ConfigFields.of(run.run().config().orElseThrow())
        .forEach(field -> fields.put(field.path(), field.value()));
    return fields;
  }
}
