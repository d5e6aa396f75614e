package org.fdistill.testing;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.Variable;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.types.TFloat32;

/**
 * A network beside its golden: tokens, a loss that weighs each of them, and the gradient by every
 * parameter.
 */
public final class NetworkComparison {
  private final Golden golden;
  private final List<String> wrong = new ArrayList<>();

  private NetworkComparison(Golden golden) {
    this.golden = golden;
  }

  /**
   * Compares.
   *
   * @param run in which the network was built on the golden's images
   * @param tokens what it gives
   * @return a line for each tensor that is off; empty where all agree
   */
  public static List<String> differences(Golden golden, GraphRun run, Operand<TFloat32> tokens) {
    NetworkComparison comparison = new NetworkComparison(golden);
    comparison.compare(run, tokens);
    return comparison.wrong;
  }

  private void compare(GraphRun run, Operand<TFloat32> tokens) {
    Operand<TFloat32> weights = run.input(golden.input("loss_weights"));
    Operand<TFloat32> weighted = run.tf().math.mul(tokens, weights);
    Operand<TFloat32> loss = run.tf().sum(weighted, run.tf().constant(new int[] {0, 1, 2}));
    run.setVariables(golden.inputs("parameters"));
    Map<String, Operand<?>> fetches = new LinkedHashMap<>();
    fetches.put("tokens", tokens);
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
    double bound = Tolerance.bound(about(key).get("float32_error").getAsDouble());
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
