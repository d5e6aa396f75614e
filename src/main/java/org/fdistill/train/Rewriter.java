package org.fdistill.train;

import org.fdistill.graph.rewrite.OrderedSums;
import org.fdistill.graph.rewrite.StandardRewrite;
import org.fdistill.graph.rewrite.WholeStep;
import org.fdistill.proto.RuntimeConfig;
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

  /**
   * What a run wants: sums in one order, products that oneDNN takes, and the step compiled where it
   * asks for it.
   */
  static Rewriter of(RuntimeConfig runtime) {
    if (runtime.getXla() != RuntimeConfig.Xla.WHOLE_STEP) {
      return (graph, endpoints) -> StandardRewrite.apply(graph);
    }
    return (graph, endpoints) ->
        WholeStep.compile(
            OrderedSums.fix(graph), endpoints.step().computed(), endpoints.step().update());
  }
}
