package org.fdistill.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.graph.BundleIndex;
import org.tensorflow.ndarray.Shape;

/** The variables of a bundle, with totals by the first part of their names. */
final class VariableTable {
  private final Map<String, Shape> shapes;

  VariableTable(Path bundle) {
    shapes = BundleIndex.read(bundle).shapes();
  }

  /** Numbers in all variables. */
  long total() {
    return shapes.values().stream().mapToLong(Shape::size).sum();
  }

  /** One line a variable. */
  Table all() {
    Table table = new Table("variable", "shape", "numbers");
    shapes.forEach((name, shape) -> table.row(name, shape, count(shape.size())));
    return table;
  }

  /** One line for each first part of a name. */
  Table totals() {
    Map<String, Long> sums = new TreeMap<>();
    shapes.forEach(
        (name, shape) -> sums.merge(name.replaceFirst("/.*", ""), shape.size(), Long::sum));
    Table table = new Table("part", "numbers");
    sums.forEach((part, sum) -> table.row(part, count(sum)));
    return table.row("total", count(total()));
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
