package org.fdistill.train;

import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.cluster.Workers;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.Replicas;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variables;
import org.fdistill.graph.rewrite.StandardRewrite;
import org.fdistill.graph.rewrite.StaticShapes;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * The validation of weights that were trained before: the values that training would log of them,
 * without the training data, gradients and optimiser.
 *
 * @param config with validation data
 * @param task of that config
 */
public record Evaluation(RunConfig config, Task task) {
  /**
   * Runs over all validation images once.
   *
   * @param weights of all that the task's validation needs
   * @param report the file that names unreadable examples
   * @param listener is told how many images are done
   * @return the task's values
   */
  public Validated run(SavedWeights weights, Path report, LongConsumer listener) {
    SessionSettings.decide(config.getRuntime());
    task.open();
    try (Graph draft = new Graph();
        Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(draft);
      Variables variables = new Variables(tf, tf.constant(0L));
      ValidationGraph validation = ValidationGraph.build(tf, variables, config, task, Replicas.ONE);
      VariableFiles files = VariableFiles.build(tf.withSubScope("files"), variables.all());
      graph.importGraphDef(StandardRewrite.apply(StaticShapes.fold(draft)));
      weights.requireVariables(files.shapes());
      try (Session session = SessionFactory.open(graph, SessionSettings.of(config.getRuntime()))) {
        files.restore(session, weights.prefix());
        task.restoreFrozen(session);
        return new Validation(
                session, validation, task, config.getValidationData(), report, Workers.ALONE)
            .run(new StopRequest(), listener)
            .orElseThrow();
      }
    } catch (RuntimeException e) {
      throw task.explain(e).<RuntimeException>map(x -> x).orElse(e);
    }
  }
}
