package org.fdistill.train;

import org.fdistill.graph.Replicas;
import org.fdistill.optim.RuleTable;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.tensorflow.proto.GraphDef;

/**
 * A run's graph as it is built, before any rewrite, for those who look at it without running it.
 *
 * @param definition with the shapes that are known folded in
 * @param endpoints its names
 * @param rules how its parameters are treated
 */
public record ProgramGraph(GraphDef definition, ProgramEndpoints endpoints, RuleTable rules) {
  /**
   * Builds a run's graph.
   *
   * @param config the run
   * @param task what is learned
   */
  public static ProgramGraph of(RunConfig config, Task task) {
    ProgramBuilder.Built built = ProgramBuilder.build(config, task, Replicas.ONE);
    return new ProgramGraph(built.graph(), built.endpoints(), built.rules());
  }
}
