package org.fdistill.eval;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Numbers that are added up over batches, and over workers: numerators, counts, confusion matrices.
 * An array is row by row and keeps its length.
 */
public final class Sums {
  private final Map<String, double[]> totals = new LinkedHashMap<>();

  /**
   * Adds to a sum; the first values make it.
   *
   * @param name of the sum
   * @param values as many each time
   */
  public void add(String name, double[] values) {
    double[] total = totals.computeIfAbsent(name, n -> new double[values.length]);
    if (total.length != values.length) {
      throw new IllegalArgumentException(
          String.format("%s: %d values after %d", name, values.length, total.length));
    }
    for (int i = 0; i < total.length; i++) {
      total[i] += values[i];
    }
  }

  /** The names, in the order in which they were first added. */
  public Set<String> names() {
    return totals.keySet();
  }

  /** The values of a sum. */
  public double[] get(String name) {
    double[] total = totals.get(name);
    if (total == null) {
      throw new IllegalArgumentException(name + " is none of the sums " + totals.keySet());
    }
    return total.clone();
  }

  /** One single sum over another; NaN where both are 0. */
  public double ratio(String numerator, String denominator) {
    return get(numerator)[0] / get(denominator)[0];
  }
}
