package org.fdistill.bench;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The steps that count, with a large matrix product before the first and after each. */
final class SteadySteps {
  private final double[] seconds;
  private final double[] products;
  private final double loss;

  /**
   * Takes what was measured.
   *
   * @param seconds of each step
   * @param products rates of the large product, operations a second; one more than there are steps
   * @param loss of the last step
   */
  SteadySteps(double[] seconds, double[] products, double loss) {
    this.seconds = seconds;
    this.products = products;
    this.loss = loss;
  }

  /** Seconds of the median step. */
  double median() {
    return median(seconds);
  }

  /** Seconds of the fastest step. */
  double best() {
    return Arrays.stream(seconds).min().orElseThrow();
  }

  /** Median rate of the large product, operations a second. */
  double product() {
    return median(products);
  }

  /**
   * Median over the steps of a step's rate over that of the products right before and after it.
   *
   * @param operations of a step
   */
  double fraction(double operations) {
    return median(
        IntStream.range(0, seconds.length)
            .mapToDouble(i -> operations / seconds[i] / ((products[i] + products[i + 1]) / 2))
            .toArray());
  }

  /** Of the last step. */
  double loss() {
    return loss;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
