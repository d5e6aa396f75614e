package org.fdistill.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.InputPipeline;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variables;
import org.fdistill.graph.rewrite.BatchProducts;
import org.fdistill.graph.rewrite.StaticShapes;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Batch;
import org.fdistill.task.Task;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * The validation of weights that were trained before: the values that training would log of them,
 * without the training data, gradients and optimiser.
 */
public final class Evaluation {
  private final RunConfig config;
  private final Task task;

  /**
   * Prepares.
   *
   * @param config with validation data
   * @param task of that config
   */
  public Evaluation(RunConfig config, Task task) {
    this.config = config;
    this.task = task;
  }

  /**
   * Evaluates.
   *
   * @param weights of all that the task's validation needs
   * @param report the file that names unreadable examples
   * @param listener is told how many images are done
   * @return means over the examples, by name
   */
  public Map<String, Double> run(SavedWeights weights, Path report, LongConsumer listener) {
    try (Graph draft = new Graph();
        Graph graph = new Graph()) {
      Names names = build(GraphScope.ops(draft));
      graph.importGraphDef(BatchProducts.forOneDnn(StaticShapes.fold(draft)));
      weights.requireVariables(names.files().shapes());
      try (Session session = SessionFactory.open(graph, Sessions.config(config.getRuntime()))) {
        names.files().restore(session, weights.prefix());
        task.restoreFrozen(session);
        ValidationStep step =
            new ValidationStep(
                session, names.data(), names.values(), names.positions(), names.labels());
        return new Validation(step, config.getValidationData(), task.classes(), report)
            .run(new StopRequest(), listener)
            .orElseThrow();
      }
    }
  }

  /** What is run of the graph. */
  private record Names(
      InputPipeline data,
      Map<String, String> values,
      String positions,
      String labels,
      VariableFiles files) {}

  private Names build(Ops tf) {
    DataConfig examples = config.getValidationData();
    InputPipeline data =
        InputPipeline.build(
            tf,
            "validation_data",
            examples,
            ExampleSource.open(examples),
            InputPipeline.Options.evaluation(examples.getBatchSize()));
    Variables variables = new Variables(tf, tf.constant(0L));
    LayerScope scope =
        LayerScope.inference(
            tf.withSubScope("validation"),
            variables,
            ProgramBuilder.precision(config.getRuntime()));
    Map<String, String> values = new LinkedHashMap<>();
    task.validation(scope, new Batch(data.images(), data.labels()))
        .forEach((name, value) -> values.put(name, name(value)));
    return new Names(
        data,
        values,
        name(data.positions()),
        name(data.labels()),
        VariableFiles.build(tf.withSubScope("files"), variables.all()));
  }

  private static String name(Operand<?> tensor) {
    return tensor.op().name() + ":" + tensor.asOutput().index();
  }
}
