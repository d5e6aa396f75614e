package org.fdistill.bench;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a benchmark measured.
 *
 * @param millisecondsPerStep median
 * @param bestMillisecondsPerStep of the fastest step, which a busy machine disturbs least
 * @param imagesPerSecond of the median step
 * @param inputImagesPerSecond of the input pipeline alone; NaN where the data ended too soon
 * @param gigaflopsPerImage multiplications and additions of all products of a step
 * @param productGigaflops median rate of a large matrix product beside the steps, a second
 * @param matmulFraction median over the steps of the step's rate over that of the products run
 *     right before and after it
 * @param dataWaitShare share of a step's time spent waiting for its batch
 * @param shares of the ops' time, by part: teacher, student, update, input
 * @param largestOps the kinds of ops that took longest
 * @param peakMemoryBytes of the process; empty where the system does not tell
 * @param finalLoss of the last step
 * @param secondsToFirstStep building, initialising and the first step, which optimises the graph
 * @param steps measured
 */
public record BenchReport(
    double millisecondsPerStep,
    double bestMillisecondsPerStep,
    double imagesPerSecond,
    double inputImagesPerSecond,
    double gigaflopsPerImage,
    double productGigaflops,
    double matmulFraction,
    double dataWaitShare,
    Map<String, Double> shares,
    List<OpTime> largestOps,
    OptionalLong peakMemoryBytes,
    double finalLoss,
    double secondsToFirstStep,
    int steps) {
  /**
   * All ops of one kind.
   *
   * @param op the kernel's name
   * @param milliseconds in one step
   * @param count in one step
   */
  public record OpTime(String op, double milliseconds, int count) {}
}
