package org.fdistill.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * A run of a report.
 *
 * @param label that no other run of the report has
 * @param colour number of its curves' colour
 * @param run what its folder holds
 */
record NamedRun(String label, int colour, RecordedRun run) {
  /**
   * Runs with labels: their names in the configs where these differ, else the ends of their
   * folders' paths, as long as it takes to tell them apart.
   */
  static List<NamedRun> of(List<RecordedRun> runs) {
    List<String> names = runs.stream().map(RecordedRun::name).toList();
    List<String> labels = areDifferent(names) ? names : folders(runs);
    List<NamedRun> named = new ArrayList<>();
    for (RecordedRun run : runs) {
      named.add(new NamedRun(labels.get(named.size()), named.size(), run));
    }
    return named;
  }

  /** The same run with another colour. */
  NamedRun in(int other) {
    return new NamedRun(label, other, run);
  }

  private static boolean areDifferent(List<String> labels) {
    return new HashSet<>(labels).size() == labels.size();
  }

  private static List<String> folders(List<RecordedRun> runs) {
    List<Path> paths = runs.stream().map(r -> r.folder().toAbsolutePath().normalize()).toList();
    int longest = paths.stream().mapToInt(Path::getNameCount).max().orElse(0);
    for (int length = 1; length < longest; length++) {
      int names = length;
      List<String> ends = paths.stream().map(path -> end(path, names)).toList();
      if (areDifferent(ends)) {
        return ends;
      }
    }
    return paths.stream().map(Path::toString).toList();
  }

  private static String end(Path path, int names) {
    int count = path.getNameCount();
    return count == 0
        ? path.toString()
        : path.subpath(Math.max(0, count - names), count).toString();
  }
}
