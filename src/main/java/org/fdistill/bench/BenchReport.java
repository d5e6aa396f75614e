package org.fdistill.bench;

import java.util.List;
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
 * @param parts of a step: teacher, input, update, student
 * @param largestOps the kinds of ops that took longest in a step that runs them one after another
 * @param passes every op of that step, by what it passes over
 * @param limits what the machine allows
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
    List<PartShare> parts,
    List<OpCost> largestOps,
    Passes passes,
    Limits limits,
    OptionalLong peakMemoryBytes,
    double finalLoss,
    double secondsToFirstStep,
    int steps) {
  /**
   * What one part takes of a step.
   *
   * @param part its name
   * @param share of the time, 0 to 1, of the fastest of some steps that on CPUs run their ops one
   *     after another
   * @param predicted the same by its arithmetic: its products at the rate of the large one, and the
   *     bytes of the update, which has no products, at the memory's bandwidth
   */
  public record PartShare(String part, double share, double predicted) {}

  /**
   * All ops of one kind.
   *
   * @param op the kernel's name
   * @param milliseconds in one step
   * @param count in one step
   * @param bytes of all tensors that they read and write
   */
  public record OpCost(String op, double milliseconds, int count, long bytes) {
    OpCost plus(OpCost other) {
      return new OpCost(
          op, milliseconds + other.milliseconds, count + other.count, bytes + other.bytes);
    }

    /** Bytes a second. */
    public double bandwidth() {
      return bytes / milliseconds * 1e3;
    }
  }

  /**
   * Matrix products of one shape, timed alone.
   *
   * @param op the node's type
   * @param a sizes of the first operand as it is stored; with a T where it is taken transposed
   * @param b those of the second
   * @param count in one step
   * @param milliseconds of all of a step's
   * @param gigaflops a second
   */
  public record ProductRate(
      String op, String a, String b, int count, double milliseconds, double gigaflops) {}

  /**
   * What a step could take at best: its products as fast as each is alone, and everything else as
   * fast as memory is.
   *
   * @param bandwidth of the machine's memory, bytes a second
   * @param products those that take longest first
   * @param convolutionMilliseconds of a step's convolutions, at the rate of the large product
   * @param bytesBesidesProducts read and written by everything else
   */
  public record Limits(
      double bandwidth,
      List<ProductRate> products,
      double convolutionMilliseconds,
      long bytesBesidesProducts) {
    /** Of all products and convolutions. */
    public double productMilliseconds() {
      return convolutionMilliseconds
          + products.stream().mapToDouble(ProductRate::milliseconds).sum();
    }

    /** Of everything else, at the memory's bandwidth. */
    public double memoryMilliseconds() {
      return 1e3 * bytesBesidesProducts / bandwidth;
    }

    /** Of a step. */
    public double bestMilliseconds() {
      return productMilliseconds() + memoryMilliseconds();
    }
  }
}
