package org.fdistill.graph.rewrite;

import org.tensorflow.Graph;
import org.tensorflow.proto.GraphDef;

/**
 * What a built graph goes through while its shapes are at hand, in training as in evaluation;
 * {@link StandardRewrite} or {@link WholeStep} follows.
 */
public final class ShapedRewrite {
  private ShapedRewrite() {}

  /** Makes known shapes constants, and gives oneDNN the products of few rows that it takes. */
  public static GraphDef apply(Graph graph) {
    return ProductsOfFewRows.forOneDnn(graph, StaticShapes.fold(graph));
  }
}
