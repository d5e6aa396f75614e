package org.fdistill.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.ConfigFields;
import org.fdistill.config.Printable;

/** What a page says of one run beside its curves. */
final class RunSections {
  private final RecordedRun run;

  RunSections(RecordedRun run) {
    this.run = run;
  }

  /** The final figures of a finished run, or the last ones that are logged. */
  Map<String, String> figures() {
    Map<String, String> figures = new LinkedHashMap<>();
    run.summary().ifPresent(summary -> summary.asMap().forEach((n, v) -> put(figures, n, v)));
    if (run.summary().isEmpty()) {
      run.metrics()
          .series()
          .keySet()
          .forEach(name -> figures.put(name, Figures.of(run.metrics().last(name))));
    }
    return figures;
  }

  private static void put(Map<String, String> figures, String name, JsonElement value) {
    if (name.equals("name") || name.equals("step") || name.equals("seconds")) {
      return; // The overview has them.
    }
    boolean number = value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
    String text = value.isJsonPrimitive() ? value.getAsString() : value.toString();
    figures.put(name, number ? Figures.of(value.getAsDouble()) : Printable.line(text));
  }

  /** The figures as a table. */
  Html figureTable() {
    Table table = new Table("Final figures of " + run.name(), List.of("Value", "Figure"));
    Map<String, String> figures = figures();
    figures.forEach(
        (name, figure) -> table.row(List.of(Figures.title(name, figures.keySet()), figure)));
    return table.isEmpty() ? Html.NOTHING : table.html();
  }

  /** What differs from the defaults, then all fields with these marked. */
  Html config() {
    if (run.config().isEmpty()) {
      return Html.element(
          "p", "The run's config.txtpb is missing or cannot be read by this version.");
    }
    List<ConfigFields.Entry> fields = ConfigFields.of(run.config().get());
    Table changed = Table.ofTexts("What differs from the defaults", List.of("Field", "Value"));
    Table all = Table.ofTexts("All fields", List.of("Field", "Value", "Set by"));
    for (ConfigFields.Entry field : fields) {
      if (!field.isDefault()) {
        changed.row(List.of(field.path(), field.value()));
      }
      all.row(
          field.isDefault() ? "" : "changed",
          List.of(field.path(), field.value(), field.isDefault() ? "default" : "the config"));
    }
    return Html.all(
        changed.html(),
        Html.element(
            "details",
            Html.element("summary", "All " + fields.size() + " fields, as resolved"),
            all.html()));
  }

  /** The measures of each class, of a run whose validation leaves such. */
  Html classes() {
    Optional<JsonObject> found = json(Path.of("validation-classes.json"));
    if (found.isEmpty() || !found.get().has("classes")) {
      return Html.NOTHING;
    }
    Table table = new Table("Validation by class", List.of("Class", "IoU", "Accuracy", "Pixels"));
    for (JsonElement element : found.get().getAsJsonArray("classes")) {
      JsonObject row = element.getAsJsonObject();
      String name = row.get("name").getAsString();
      table.row(
          List.of(
              row.get("class").getAsInt() + (name.isEmpty() ? "" : " " + Printable.line(name)),
              share(row.get("iou")),
              share(row.get("accuracy")),
              Figures.whole(row.get("pixels").getAsLong())));
    }
    return table.html();
  }

  private static String share(JsonElement value) {
    return Figures.of(value.isJsonNull() ? Double.NaN : value.getAsDouble());
  }

  private Optional<JsonObject> json(Path name) {
    try {
      Path file = run.folder().resolve(name);
      return java.nio.file.Files.isRegularFile(file) ? RecordedRun.json(file) : Optional.empty();
    } catch (java.io.IOException e) {
      return Optional.empty();
    }
  }

  /** The end of run.log. */
  Html messages() {
    if (run.messages().isEmpty()) {
      return Html.NOTHING;
    }
    List<String> lines = new ArrayList<>();
    run.messages().forEach(line -> lines.add(Printable.line(line)));
    return Html.element(
        "pre",
        Map.of("tabindex", "0", "aria-label", "The last lines of run.log"),
        Html.text(String.join("\n", lines)));
  }
}
