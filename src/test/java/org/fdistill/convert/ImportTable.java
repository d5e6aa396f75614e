package org.fdistill.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The largest error of each family, and the largest of its bounds. */
final class ImportTable {
  private record Row(double error, double bound) {
    Row and(Row other) {
      return new Row(Math.max(error, other.error), Math.max(bound, other.bound));
    }

    @Override
    public String toString() {
      return "| %s | %s |".formatted(number(error), number(bound));
    }
  }

  private final Map<String, Row> rows = new TreeMap<>();

  /**
   * Counts one comparison.
   *
   * @param expected the golden's array
   * @param error in the measure of {@link GoldenCase#error}
   */
  synchronized void add(GoldenCase golden, String expected, double error) {
    rows.merge(golden.family(), new Row(error, golden.bound(expected)), Row::and);
  }

  /** A line for each family that was compared. */
  void write(Path file) throws IOException {
    List<String> lines =
        rows.entrySet().stream().map(e -> "| `" + e.getKey() + "` " + e.getValue()).toList();
    Files.write(file, lines);
  }

  /** As the table has it. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.1e", value);
  }
}
