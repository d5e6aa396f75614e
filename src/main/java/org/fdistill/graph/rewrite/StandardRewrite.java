package org.fdistill.graph.rewrite;

import org.tensorflow.proto.GraphDef;

/**
 * What a graph goes through before it runs, in training as in evaluation, so that both compute the
 * same bits.
 */
public final class StandardRewrite {
  private StandardRewrite() {}

  /**
   * Gives sums one order, and oneDNN the products that it takes; keeps XLA out of the input.
   *
   * @param graph after {@link ShapedRewrite}, where its batches are full
   */
  public static GraphDef apply(GraphDef graph) {
    return BatchProducts.forOneDnn(OrderedSums.fix(UncompiledInput.mark(graph)));
  }
}
