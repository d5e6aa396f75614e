package org.fdistill.graph.rewrite;

import org.tensorflow.Graph;
import org.tensorflow.proto.GraphDef;

/**
 * What a graph of full batches goes through while its shapes are at hand; {@link StandardRewrite}
 * or {@link WholeStep} follows. Validation's last batch may be a smaller one, which leaves nothing
 * to do here.
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
