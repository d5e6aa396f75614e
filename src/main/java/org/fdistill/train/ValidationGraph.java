package org.fdistill.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.data.ClassMatch;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.fdistill.data.InputPipeline;
import org.fdistill.data.View;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Replicas;
import org.fdistill.graph.Variables;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

/**
 * The validation of one batch, by the names of its tensors.
 *
 * @param data where the batches come from
 * @param examples how many of them a pass sees
 * @param sums what is added up over batches: name in the graph by name of the sum
 * @param sizes numbers in each sum
 * @param fields of the batch that are looked at, by name in the graph
 */
record ValidationGraph(
    InputPipeline data,
    long examples,
    Map<String, String> sums,
    Map<String, Integer> sizes,
    Map<Field<?>, String> fields) {
  private static final long SAMPLE_SEED = 0;

  /**
   * Adds it to a graph.
   *
   * @param tf the root of the graph
   * @param config with validation data
   * @param replicas that each take their share of the examples
   */
  static ValidationGraph build(
      Ops tf, Variables variables, RunConfig config, Task task, Replicas replicas) {
    return build(tf, variables, config, task, replicas, Long.MAX_VALUE);
  }

  /**
   * As {@link #build(Ops, Variables, RunConfig, Task, Replicas)}, of a part of the data.
   *
   * @param most examples; of more, a random sample
   */
  static ValidationGraph build(
      Ops tf, Variables variables, RunConfig config, Task task, Replicas replicas, long most) {
    DataConfig examples = config.getValidationData();
    View view = task.validationView(examples);
    ExampleSource source =
        view.fields().containsKey(Field.LABEL)
            ? ClassMatch.open(examples, config.getTrainData())
            : ExampleSource.open(examples);
    InputPipeline data =
        InputPipeline.build(
            tf,
            "validation_data",
            examples,
            task.validationExamples(source),
            view,
            order(most < source.size(), batchSize(examples, view))
                .of(replicas.count(), replicas.index()));
    Ops in = tf.withSubScope("validation");
    LayerScope scope = LayerScope.inference(in, variables, Precision.of(config.getRuntime()));
    Ops values = in.withSubScope("values");
    Map<String, String> sums = new LinkedHashMap<>();
    Map<String, Integer> sizes = new LinkedHashMap<>();
    task.validation(scope, data.batch())
        .forEach(
            (name, sum) -> {
              sums.put(name, values.withName(name).identity(sum).op().name());
              sizes.put(name, (int) sum.shape().size());
            });
    return new ValidationGraph(
        data,
        Math.min(most, source.size()),
        sums,
        sizes,
        ObservedFields.endpoints(in.withSubScope("fields"), data.batch(), task.checks()));
  }

  private static InputPipeline.Options order(boolean sampled, int batch) {
    return sampled
        ? InputPipeline.Options.sample(SAMPLE_SEED, batch)
        : InputPipeline.Options.evaluation(batch);
  }

  /** Examples that each have a size of their own cannot be put into one batch. */
  private static int batchSize(DataConfig examples, View view) {
    boolean alike = view.fields().values().stream().noneMatch(Shape::hasUnknownDimension);
    return alike ? examples.getBatchSize() : 1;
  }
}
