package org.fdistill.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.fdistill.data.ExampleOrder;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Seeds;
import org.fdistill.nn.DropPath;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.NpyArray;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * What a run of {@link TenSteps} draws: {@code TASK/order} [positions], and {@code
 * TASK/drop/BRANCH} [micro-steps, micro-batch], what drop path multiplies a branch by. PyTorch
 * cannot draw the same numbers, so its golden takes these.
 */
final class TenStepsDraws {
  private final TenSteps steps;
  private final String task;

  private TenStepsDraws(TenSteps steps, String task) {
    this.steps = steps;
    this.task = task;
  }

  static Map<String, NpyArray> of(TenSteps steps, String task) {
    TenStepsDraws draws = new TenStepsDraws(steps, task);
    Map<String, NpyArray> values = new LinkedHashMap<>();
    values.put(task + "/order", draws.order());
    draws.branches().forEach((name, factors) -> values.put(task + "/drop/" + name, factors));
    return values;
  }

  /** The examples at the positions of a run. */
  static NpyArray order(TenSteps steps, String task) {
    return new TenStepsDraws(steps, task).order();
  }

  private NpyArray order() {
    int count = integer("schedule.length.steps") * integer("train_data.batch_size");
    long[] examples = ExampleOrder.first(TenSteps.EXAMPLES, integer("seed"), count);
    float[] order = new float[count];
    IntStream.range(0, count).forEach(i -> order[i] = examples[i]);
    return NpyArray.of(order, count);
  }

  private Map<String, NpyArray> branches() {
    float[] rates =
        DropPath.ramp(
            steps.setting(task, "model.drop_path").getAsFloat(), integer("model.vit.depth"));
    Map<String, NpyArray> factors = new LinkedHashMap<>();
    for (int block = 0; block < rates.length; block++) {
      for (String branch : List.of("layer_scale1", "layer_scale2")) {
        if (rates[block] > 0) {
          String name = String.format(Locale.ROOT, "blocks/%02d/%s", block, branch);
          factors.put(name, factors(block, branch, rates[block]));
        }
      }
    }
    return factors;
  }

  /** One row a micro-step. */
  private NpyArray factors(int block, String branch, float rate) {
    int accumulation = integer("optimizer.accumulation");
    int batch = integer("train_data.batch_size") / accumulation;
    int rows = integer("schedule.length.steps") * accumulation;
    try (GraphRun run = new GraphRun()) {
      float[] ones = new float[batch];
      java.util.Arrays.fill(ones, 1);
      Operand<TFloat32> whole = run.input(ones, batch, 1);
      List<Operand<TFloat32>> dropped = new ArrayList<>();
      for (long microStep = 0; microStep < rows; microStep++) {
        Seeds seeds = new Seeds(run.scalar(integer("seed")), run.scalar(microStep));
        LayerScope scope =
            LayerScope.training(run.tf(), run.variables(), Precision.FLOAT32, seeds)
                .at("student")
                .at("blocks")
                .at(String.format(Locale.ROOT, "%02d", block));
        dropped.add(DropPath.apply(scope, branch, whole, 1, rate));
      }
      float[] values = new float[rows * batch];
      List<float[]> found = run.run(dropped);
      IntStream.range(0, rows)
          .forEach(i -> System.arraycopy(found.get(i), 0, values, i * batch, batch));
      return NpyArray.of(values, rows, batch);
    }
  }

  private int integer(String setting) {
    return steps.setting(task, setting).getAsInt();
  }
}
