package org.fdistill.graph.rewrite;

import org.fdistill.graph.CpuInfo;
import org.tensorflow.Graph;
import org.tensorflow.proto.GraphDef;

/**
 * What a graph of full batches goes through while its shapes are at hand; {@link StandardRewrite}
 * or {@link WholeStep} follows. Validation's last batch may be a smaller one, which leaves nothing
 * to do here.
 */
public final class ShapedRewrite {
  private static final boolean HAS_AMX = CpuInfo.ofThisMachine().flags().contains(CpuInfo.AMX);

  private ShapedRewrite() {}

  /** Makes known shapes constants, and gives oneDNN the products that it is the faster with. */
  public static GraphDef apply(Graph graph) {
    GraphDef folded = StaticShapes.fold(graph);
    GraphDef products = ProductsOfFewRows.forOneDnn(graph, folded);
    GraphDef biased = HAS_AMX ? BiasedProducts.apart(graph, products) : products;
    return BiasGradients.asProducts(graph, biased);
  }
}
