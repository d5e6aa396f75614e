package org.fdistill.testing;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fdistill.graph.Variable;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.types.TFloat32;

/** A network beside its golden: what it gives, a loss, and the gradient by every parameter. */
public final class NetworkComparison {
  private final Golden golden;
  private final List<String> wrong = new ArrayList<>();

  private NetworkComparison(Golden golden) {
    this.golden = golden;
  }

  /**
   * Compares what a network gives and the gradients of a loss.
   *
   * @param run in which the network was built on the golden's images
   * @param loss scalar
   * @param outputs by the golden's names
   * @return a line for each tensor that is off; empty where all agree
   */
  public static List<String> differences(
      Golden golden, GraphRun run, Operand<TFloat32> loss, Map<String, Operand<TFloat32>> outputs) {
    NetworkComparison comparison = new NetworkComparison(golden);
    comparison.compare(run, loss, outputs);
    return comparison.wrong;
  }

  /** The sum of all elements, each weighted by an input of the golden. */
  public static Operand<TFloat32> weighted(GraphRun run, Operand<TFloat32> x, Input weights) {
    int[] axes = IntStream.range(0, weights.shape().length).toArray();
    return run.tf().sum(run.tf().math.mul(x, run.input(weights)), run.tf().constant(axes));
  }

  private void compare(
      GraphRun run, Operand<TFloat32> loss, Map<String, Operand<TFloat32>> outputs) {
    run.setVariables(golden.inputs("parameters"));
    Map<String, Operand<?>> fetches = new LinkedHashMap<>(outputs);
    fetches.put("loss", loss);
    List<Variable> trainable = run.variables().trainable();
    List<Output<?>> gradients =
        run.gradients(loss, trainable.stream().map(Variable::value).toList());
    for (int i = 0; i < trainable.size(); i++) {
      fetches.put("grad/" + trainable.get(i).name(), gradients.get(i));
    }
    List<float[]> values = run.run(new ArrayList<>(fetches.values()));
    int at = 0;
    for (String key : fetches.keySet()) {
      compare(key, values.get(at++));
    }
  }

  private void compare(String key, float[] actual) {
    int samples = golden.description().get("samples").getAsInt();
    float[] compared = actual;
    if (samples > 0 && actual.length > 1) {
      int[] positions = DeterministicValues.integers("sample/" + key, samples, actual.length);
      compared = new float[samples];
      for (int i = 0; i < samples; i++) {
        compared[i] = actual[positions[i]];
      }
      double norm = about(key).get("l2_norm").getAsDouble();
      check(key, " norm", Math.abs(norm(actual) - norm) / norm);
    }
    check(key, "", Tolerance.error(compared, golden.array(key).doubles()));
  }

  private void check(String key, String what, double error) {
    double torchError = about(key).get("float32_error").getAsDouble();
    double bound = Tolerance.bound(torchError, golden.description().get("longest_sum").getAsInt());
    if (!(error <= bound)) {
      wrong.add(key + what + " is off by " + error + " of its largest value, bound " + bound);
    }
  }

  private JsonObject about(String key) {
    return golden.description().getAsJsonObject("tensors").getAsJsonObject(key);
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }
}
