package org.fdistill.diagnose;

import java.util.function.IntBinaryOperator;

/**
 * The share of the variance of a map [n, n] that the means of groups of its entries explain; n = w²
 * patches in rows of w. NaN for a map of one value.
 */
final class ExplainedVariance {
  private ExplainedVariance() {}

  /** By the offset in rows and columns from query to key. */
  static double byOffset(double[] map, int side) {
    int offsets = 2 * side - 1;
    return share(
        map,
        side * side,
        offsets * offsets,
        (query, key) ->
            (key / side - query / side + side - 1) * offsets
                + (key % side - query % side + side - 1));
  }

  /** By the key. */
  static double byColumn(double[] map, int side) {
    return share(map, side * side, side * side, (query, key) -> key);
  }

  private static double share(double[] map, int n, int groups, IntBinaryOperator group) {
    double[] totals = new double[groups];
    int[] counts = new int[groups];
    double total = 0;
    for (int i = 0; i < map.length; i++) {
      int g = group.applyAsInt(i / n, i % n);
      totals[g] += map[i];
      counts[g]++;
      total += map[i];
    }
    double mean = total / map.length;
    double all = 0;
    double between = 0;
    for (double value : map) {
      all += (value - mean) * (value - mean);
    }
    for (int g = 0; g < groups; g++) {
      double off = counts[g] == 0 ? 0 : totals[g] / counts[g] - mean;
      between += counts[g] * off * off;
    }
    return all > 0 ? between / all : Double.NaN;
  }
}
