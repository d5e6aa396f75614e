package org.fdistill.model.vit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.VitConfig;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class VisionTransformerTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "no-position",
        "absolute",
        "absolute-no-class-token",
        "relative-per-layer",
        "relative-per-layer-no-class-token",
        "relative-shared",
        "relative-shared-no-class-token",
        "all-positions",
        "base-16-two-blocks"
      })
  void tokensAndEveryGradientAgreeWithPyTorch(String name) throws Exception {
    Golden golden = Golden.open("vit/" + name);
    try (GraphRun run = new GraphRun()) {
      LayerScope scope =
          LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32).at("student");
      Endpoints endpoints =
          new VisionTransformer(config(golden), 0).build(scope, run.input(golden.input("images")));
      Operand<TFloat32> weights = run.input(golden.input("loss_weights"));
      Operand<TFloat32> loss =
          run.tf()
              .sum(
                  run.tf().math.mul(endpoints.tokens(), weights),
                  run.tf().constant(new int[] {0, 1, 2}));
      run.setVariables(golden.inputs("parameters"));

      Map<String, Operand<?>> fetches = new LinkedHashMap<>();
      fetches.put("tokens", endpoints.tokens());
      fetches.put("loss", loss);
      List<Variable> trainable = run.variables().trainable();
      List<Output<?>> gradients =
          run.gradients(loss, trainable.stream().map(Variable::value).toList());
      for (int i = 0; i < trainable.size(); i++) {
        fetches.put("grad/" + trainable.get(i).name(), gradients.get(i));
      }
      List<float[]> values = run.run(new ArrayList<>(fetches.values()));

      List<String> wrong = new ArrayList<>();
      int at = 0;
      for (String key : fetches.keySet()) {
        compare(golden, key, values.get(at++), wrong);
      }
      assertThat(wrong).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"224, 16, 768, 12, 12, 85665360", "224, 14, 1024, 24, 16, 302955584"})
  void countsTheParametersOfTheReference(
      int side, int patch, int width, int depth, int heads, long expected) {
    VitConfig config =
        VitConfig.newBuilder()
            .setImageSize(side)
            .setPatchSize(patch)
            .setWidth(width)
            .setDepth(depth)
            .setHeads(heads)
            .build();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, tf.constant(0L));
      Operand<TFloat32> images =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
      LayerScope scope = LayerScope.inference(tf, variables, Precision.FLOAT32);
      Endpoints endpoints = new VisionTransformer(config, 0.1f).build(scope, images);
      long count = variables.trainable().stream().mapToLong(v -> v.shape().size()).sum();
      assertThat(count).isEqualTo(expected);
      long tokens = (long) (side / patch) * (side / patch) + 1;
      assertThat(endpoints.tokens().shape().asArray()).containsExactly(-1, tokens, width);
    }
  }

  @Test
  void bfloat16StaysWithinItsRoundingOfFloat32() throws Exception {
    Golden golden = Golden.open("vit/relative-shared");
    try (GraphRun run = new GraphRun()) {
      LayerScope scope =
          LayerScope.inference(run.tf(), run.variables(), Precision.BFLOAT16).at("student");
      Endpoints endpoints =
          new VisionTransformer(config(golden), 0).build(scope, run.input(golden.input("images")));
      run.setVariables(golden.inputs("parameters"));
      float[] tokens = run.run(List.of(endpoints.tokens())).get(0);
      double error = Tolerance.error(tokens, golden.array("tokens").doubles());
      // bfloat16 keeps 8 bits: 2^-9 a rounding, and some ten roundings in a row for two blocks.
      assertThat(error).isBetween(1e-4, 10 * Math.scalb(1.0, -9));
    }
  }

  private static void compare(Golden golden, String key, float[] actual, List<String> wrong) {
    JsonObject about = golden.description().getAsJsonObject("tensors").getAsJsonObject(key);
    int samples = golden.description().get("samples").getAsInt();
    float[] compared = actual;
    if (samples > 0 && actual.length > 1) {
      int[] positions = DeterministicValues.integers("sample/" + key, samples, actual.length);
      compared = new float[samples];
      for (int i = 0; i < samples; i++) {
        compared[i] = actual[positions[i]];
      }
      double norm = about.get("l2_norm").getAsDouble();
      check(key + " norm", Math.abs(norm(actual) - norm) / norm, about, wrong);
    }
    double[] expected = golden.array(key).doubles();
    check(key, Tolerance.error(compared, expected), about, wrong);
  }

  private static void check(String key, double error, JsonObject about, List<String> wrong) {
    double bound = Tolerance.bound(about.get("float32_error").getAsDouble());
    if (!(error <= bound)) {
      wrong.add(key + " is off by " + error + " of its largest value, bound " + bound);
    }
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  private static VitConfig config(Golden golden) throws TextFormat.ParseException {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, JsonElement> field :
        golden.description().getAsJsonObject("vit").entrySet()) {
      String value = field.getValue().getAsString();
      if (field.getKey().equals("layer_scale")) {
        value = field.getValue().getAsBoolean() ? "0.1" : "0";
      }
      text.append(field.getKey()).append(": ").append(value).append('\n');
    }
    VitConfig.Builder config = VitConfig.newBuilder();
    TextFormat.merge(text, config);
    return config.build();
  }
}
