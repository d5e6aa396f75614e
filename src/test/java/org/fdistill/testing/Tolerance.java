package org.fdistill.testing;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How far float32 may be from a golden in float64, on any processor: which instructions a library
 * takes decides the order of a sum, and with it the rounding errors. The measure is the largest
 * difference over the golden's largest value.
 *
 * <p>The bound is the largest of three. Six times PyTorch's own float32 error, the worst of eight
 * runs whose inputs were moved by a unit in the last place: errors of another order are of the same
 * size, and one run alone can be right by luck. The square root of the terms of the longest sum, in
 * half units in the last place: how far a sum in the order of its terms drifts, where PyTorch's is
 * blocked. And a floor of some eight units in the last place. The effects that goldens guard are of
 * 1e-3 and more.
 */
public final class Tolerance {
  private static final double TIMES_TORCH_ERROR = 6;
  private static final double HALF_UNIT = Math.scalb(1.0, -24);
  private static final double FLOOR = 1e-6;

  private Tolerance() {}

  /** The bound for a tensor in which PyTorch has this error. */
  public static double bound(double torchError) {
    return bound(torchError, 1);
  }

  /**
   * The bound for a tensor of a network.
   *
   * @param torchError of this tensor
   * @param terms of the network's longest sum
   */
  public static double bound(double torchError, int terms) {
    double drift = Math.sqrt(terms) * HALF_UNIT;
    return Math.max(Math.max(FLOOR, drift), TIMES_TORCH_ERROR * torchError);
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
