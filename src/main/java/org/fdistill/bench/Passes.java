package org.fdistill.bench;

import java.util.List;
import java.util.stream.Stream;

/**
 * The account of a step that was traced: each op is in one of its lines, so that they add up to all
 * that was traced.
 *
 * @param large ops beside the products that pass over more than {@link #LARGE} bytes each; those
 *     that took longest first
 * @param products of matrices, by part of the step
 * @param small all other ops together
 */
public record Passes(List<Pass> large, List<Pass> products, BenchReport.OpCost small) {
  /** A megabyte. */
  public static final long LARGE = 1_000_000;

  /**
   * Ops of one kind, on tensors of the same shapes.
   *
   * @param part of the step: teacher, input, student (forward), gradient, update
   * @param inputs types and shapes of what each of them reads, without handles and single numbers,
   *     as {@code bf16[8,197,768]}; empty for products
   * @param outputs the same of what each of them writes
   * @param cost of all of them
   */
  public record Pass(
      String part, List<String> inputs, List<String> outputs, BenchReport.OpCost cost) {}

  /** Of all ops: the sum of all lines. */
  public BenchReport.OpCost total() {
    return Stream.of(
            large.stream().map(Pass::cost), products.stream().map(Pass::cost), Stream.of(small))
        .flatMap(lines -> lines)
        .reduce(new BenchReport.OpCost("the step", 0, 0, 0), BenchReport.OpCost::plus);
  }
}
