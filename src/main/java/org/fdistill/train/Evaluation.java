package org.fdistill.train;

import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.config.UserError;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.Replicas;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variables;
import org.fdistill.graph.rewrite.StandardRewrite;
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
    try (OpenEvaluation evaluation = open(weights, Long.MAX_VALUE, (tf, variables) -> {})) {
      return evaluation.run(report, new StopRequest(), listener).orElseThrow();
    }
  }

  /** What is added to the graph of a validation beside it. */
  @FunctionalInterface
  public interface Addition {
    /**
     * Builds.
     *
     * @param tf of the graph; what is built is found by name in the one that runs
     * @param variables that the validation reads
     */
    void build(Ops tf, Variables variables);
  }

  /**
   * Makes ready for several runs over the same images.
   *
   * @param weights of all that the task's validation needs
   * @param most images; of more, a random sample
   * @param addition to the graph
   */
  public OpenEvaluation open(SavedWeights weights, long most, Addition addition) {
    SessionSettings.decide(config.getRuntime());
    task.open();
    Graph graph = new Graph();
    try (Graph draft = new Graph()) {
      Ops tf = GraphScope.ops(draft);
      Variables variables = new Variables(tf, tf.constant(0L));
      ValidationGraph validation =
          ValidationGraph.build(tf, variables, config, task, Replicas.ONE, most);
      VariableFiles files = VariableFiles.build(tf.withSubScope("files"), variables.all());
      addition.build(tf, variables);
      graph.importGraphDef(StandardRewrite.apply(draft.toGraphDef()));
      weights.requireVariables(files.shapes());
      return opened(graph, validation, files, weights);
    } catch (RuntimeException e) {
      graph.close();
      throw UserError.explaining(task.explain(e), e);
    }
  }

  private OpenEvaluation opened(
      Graph graph, ValidationGraph validation, VariableFiles files, SavedWeights weights) {
    Session session = SessionFactory.open(graph, SessionSettings.of(config.getRuntime()));
    try {
      files.restore(session, weights.prefix());
      task.restoreFrozen(session);
      return new OpenEvaluation(graph, session, validation, this);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }
}
