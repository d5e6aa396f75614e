package org.fdistill.testing;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How far float32 may be from a golden in float64. The measure is the largest difference over the
 * golden's largest value; the bound is a few times PyTorch's own float32 error, since another order
 * of summation has an error of the same size but not the same one, with a floor of some eight units
 * in the last place.
 */
public final class Tolerance {
  private static final double TIMES_TORCH_ERROR = 6;
  private static final double FLOOR = 1e-6;

  private Tolerance() {}

  /** The bound for a tensor in which PyTorch has this error. */
  public static double bound(double torchError) {
    return Math.max(FLOOR, TIMES_TORCH_ERROR * torchError);
  }

  /** The largest difference over the largest expected value. */
  public static double error(float[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
    }
    return largest > 0 ? worst / largest : worst;
  }
}
