package org.fdistill.train;

import org.fdistill.graph.rewrite.BatchProducts;
import org.tensorflow.proto.GraphDef;

/** Turns the built graph into the one that runs. */
@FunctionalInterface
public interface Rewriter {
  /**
   * Rewrites a graph.
   *
   * @param graph as built, with the shapes that are known folded in
   * @param endpoints the names that must stay
   */
  GraphDef rewrite(GraphDef graph, ProgramEndpoints endpoints);

  /** What every run wants. */
  static Rewriter standard() {
    return (graph, endpoints) -> BatchProducts.forOneDnn(graph);
  }
}
