package org.fdistill.graph.rewrite;

import org.tensorflow.Graph;
import org.tensorflow.proto.GraphDef;

/**
 * What a built graph goes through while its shapes are at hand, in training as in evaluation;
 * {@link StandardRewrite} or {@link WholeStep} follows.
 */
public final class ShapedRewrite {
  private ShapedRewrite() {}

  /** Makes known shapes constants, and gives oneDNN the products that it is the faster with. */
  public static GraphDef apply(Graph graph) {
    GraphDef folded = StaticShapes.fold(graph);
    GraphDef products = ProductsOfFewRows.forOneDnn(graph, folded);
    return BiasGradients.asProducts(graph, products);
  }
}
