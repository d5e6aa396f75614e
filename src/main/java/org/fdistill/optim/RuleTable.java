package org.fdistill.optim;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.fdistill.graph.Variable;

/**
 * How the optimiser treats a run's parameters: the rules that some fall under, in their order.
 *
 * @param rows one for each such rule
 */
public record RuleTable(List<Row> rows) {
  /** Takes a copy. */
  public RuleTable {
    rows = List.copyOf(rows);
  }

  /**
   * The parameters under one rule.
   *
   * @param rule what it matches and no earlier rule does
   * @param parameters how many
   * @param numbers of all of them together
   * @param group what they have in common
   */
  public record Row(String rule, int parameters, long numbers, ParameterGroup group) {
    static Row of(String rule, ParameterGroup group) {
      return new Row(rule, 0, 0, group);
    }

    Row with(Variable parameter) {
      return new Row(rule, parameters + 1, numbers + parameter.shape().size(), group);
    }

    private String rate() {
      return group.isTrained() ? String.format(Locale.ROOT, "%.4g", group.rateScale()) : "frozen";
    }
  }

  /** A header and a line for each row, in columns. */
  public String text() {
    String layout = "%12s  %10s  %13s  %-5s  %s";
    String header =
        String.format(layout, "rate scale", "parameters", "numbers", "decay", "first match of");
    return rows.stream()
        .map(row -> line(layout, row))
        .collect(Collectors.joining("\n", header + "\n", ""));
  }

  private static String line(String layout, Row row) {
    return String.format(
        Locale.ROOT,
        layout,
        row.rate(),
        row.parameters(),
        String.format(Locale.ROOT, "%,d", row.numbers()),
        row.group().decay() ? "yes" : "no",
        row.rule());
  }
}
