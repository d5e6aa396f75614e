package org.fdistill.testing;

import java.util.function.ToDoubleFunction;

/** Gradients of a function in double precision, by central differences. */
public final class FiniteDifferences {
  /**
   * The error is of the order of its square times the third derivative, plus that of a double over
   * it: some 1e-9 for functions of the size of one.
   */
  private static final double STEP = 1e-5;

  private FiniteDifferences() {}

  /** The derivative by each element of a point. */
  public static double[] gradient(ToDoubleFunction<double[]> function, double[] point) {
    double[] gradient = new double[point.length];
    for (int i = 0; i < point.length; i++) {
      double[] moved = point.clone();
      moved[i] = point[i] + STEP;
      double above = function.applyAsDouble(moved);
      moved[i] = point[i] - STEP;
      gradient[i] = (above - function.applyAsDouble(moved)) / (2 * STEP);
    }
    return gradient;
  }

  /** The same values in double precision. */
  public static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
