package org.fdistill.model.swin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.config.SwinCommon;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.NetworkComparison;
import org.fdistill.testing.TestSession;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class SwinTransformerTest {
  private static final String BASE =
      "width: 128 depths: [2, 2, 18, 2] heads: [4, 8, 16, 32] window: ";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1-shifted",
        "v1-one-window",
        "v1-window-7",
        "v2-shifted",
        "v2-one-window",
        "v2-one-token",
        "v2-main-norm",
        "v2-window-14"
      })
  void tokensAndEveryGradientAgreeWithPyTorch(String name) throws Exception {
    Golden golden = Golden.open("swin/" + name);
    try (GraphRun run = new GraphRun()) {
      Endpoints endpoints = build(run, golden, Precision.FLOAT32);
      Operand<TFloat32> tokens = endpoints.tokens();
      Operand<TFloat32> loss =
          NetworkComparison.weighted(run, tokens, golden.input("loss_weights"));
      assertThat(NetworkComparison.differences(golden, run, loss, Map.of("tokens", tokens)))
          .isEmpty();
    }
  }

  /**
   * bfloat16 keeps 8 bits: a rounding is off by 2^-8 at most and by no more than 2^-9 in the mean;
   * there are some twenty in a row for four blocks. Version 2 multiplies the rounding of its
   * cosines by up to 100, which the golden's first block does.
   */
  @ParameterizedTest
  @CsvSource({"v1-shifted, 20", "v2-shifted, 50"})
  void bfloat16StaysWithinItsRoundingOfFloat32(String name, int roundings) throws Exception {
    Golden golden = Golden.open("swin/" + name);
    try (GraphRun run = new GraphRun()) {
      Endpoints endpoints = build(run, golden, Precision.BFLOAT16);
      run.setVariables(golden.inputs("parameters"));
      float[] tokens = run.run(List.of(endpoints.tokens())).get(0);
      double error = Tolerance.error(tokens, golden.array("tokens").doubles());
      assertThat(error).isBetween(1e-4, roundings * Math.scalb(1.0, -9));
    }
  }

  /** The reference's student without its head. */
  @Tag("slow")
  @Test
  void countsTheParametersOfTheReference() throws Exception {
    SwinV2Config config = TextFormat.parse(BASE + "14", SwinV2Config.class);
    assertThat(count(SwinTransformer.of(config, 0))).isEqualTo(86_893_816);
  }

  /** Encoders without a head: EsViT's teacher and timm's Swin-B. */
  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"14, 86917944", "7, 86743224"})
  void countsTheParametersOfVersion1(int window, long expected) throws Exception {
    SwinConfig config = TextFormat.parse(BASE + window, SwinConfig.class);
    assertThat(count(SwinTransformer.of(config, 0))).isEqualTo(expected);
  }

  /** Three billion, as its authors say; every sixth block of a stage has a third norm. */
  @Tag("slow")
  @Test
  void countsTheParametersOfTheGiant() throws Exception {
    String text =
        "width: 512 depths: [2, 2, 42, 4] heads: [16, 32, 64, 128] window: 7 main_norm_interval: 6";
    SwinV2Config config = TextFormat.parse(text, SwinV2Config.class);
    assertThat(count(SwinTransformer.of(config, 0))).isEqualTo(2_997_843_680L);
  }

  @Test
  void theMapShrinksByTwoWithEveryStageAndTheWidthDoubles() throws Exception {
    String text = "width: 128 depths: [1, 1, 1, 1] heads: [4, 8, 16, 32]";
    SwinTransformer swin = SwinTransformer.of(TextFormat.parse(text, SwinV2Config.class), 0);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Endpoints endpoints = build(swin, tf, new Variables(tf, tf.constant(0L)));
      assertThat(endpoints.tokens().shape().asArray()).containsExactly(-1, 49, 1024);
      assertThat(endpoints.featureMap(tf).shape().asArray()).containsExactly(-1, 7, 7, 1024);
      assertThat(List.of(swin.grid(), swin.width(), swin.prefixTokens(), swin.imageSize()))
          .containsExactly(7, 1024, 0, 224);
    }
  }

  @Test
  void dropPathRisesOverTheBlocksOfAllStages() throws Exception {
    SwinV2Config config =
        TextFormat.parse("depths: [2, 1, 2] heads: [1, 1, 1]", SwinV2Config.class);
    SwinTransformer swin = SwinTransformer.of(config, 0.4f);
    SwinSizes sizes = SwinSizes.of(SwinCommon.of(config));
    List<Float> rates = new ArrayList<>();
    for (int stage = 0; stage < 3; stage++) {
      swin.places(sizes.stage(stage)).forEach(place -> rates.add(place.dropPath()));
    }
    assertThat(rates).containsExactly(0f, 0.1f, 0.2f, 0.3f, 0.4f);
  }

  @Test
  void firstValuesOfVersion2AreTheReferences() throws Exception {
    String text = "image_size: 32 width: 64 depths: [1, 2] heads: [2, 2] window: 8";
    SwinV2Config config = TextFormat.parse(text, SwinV2Config.class);
    Map<String, float[]> values = firstValues(SwinTransformer.of(config, 0));
    assertThat(values.get("layers/1/blocks/01/norm2/scale")).containsOnly(1e-5f);
    assertThat(values.get("layers/0/downsample/norm/scale")).containsOnly(1);
    assertThat(values.get("layers/0/blocks/00/attn/logit_scale"))
        .containsOnly((float) Math.log(10));
    // Four standard errors of the deviation of 16,384 draws and more: 4 / sqrt(2 x 16384).
    for (String plain : List.of("layers/0/downsample/reduction", "layers/1/blocks/01/mlp/fc1")) {
      assertThat(deviation(values.get(plain + "/kernel"))).isCloseTo(0.02, withPercentage(2.3));
    }
    // The third block of the network.
    for (String end : List.of("attn/proj", "mlp/fc2")) {
      assertThat(deviation(values.get("layers/1/blocks/01/" + end + "/kernel")))
          .isCloseTo(0.02 / Math.sqrt(6), withPercentage(2.3));
    }
  }

  @Test
  void firstValuesOfVersion1AreItsAuthors() throws Exception {
    String text = "image_size: 32 width: 64 depths: [1, 2] heads: [32, 32] window: 8";
    SwinConfig config = TextFormat.parse(text, SwinConfig.class);
    Map<String, float[]> values = firstValues(SwinTransformer.of(config, 0));
    assertThat(values.get("layers/1/blocks/01/norm2/scale")).containsOnly(1);
    for (String name : List.of("mlp/fc2/kernel", "attn/proj/kernel")) {
      assertThat(deviation(values.get("layers/1/blocks/01/" + name)))
          .isCloseTo(0.02, withPercentage(2.3));
    }
    // 225 offsets by 32 heads: 4 / sqrt(2 x 7200).
    assertThat(deviation(values.get("layers/0/blocks/00/attn/rel_pos_bias/table")))
        .isCloseTo(0.02, withPercentage(3.4));
    // Uniform within 1 / sqrt(48): 3072 draws, whose kurtosis is 1.8: 4 sqrt(0.8 / 4 / 3072).
    assertThat(deviation(values.get("patch_embed/kernel")))
        .isCloseTo(1 / Math.sqrt(3 * 48), withPercentage(3.3));
  }

  private static Endpoints build(GraphRun run, Golden golden, Precision precision)
      throws TextFormat.ParseException {
    return swin(golden).build(scope(run, precision), run.input(golden.input("images")));
  }

  private static LayerScope scope(GraphRun run, Precision precision) {
    return LayerScope.inference(run.tf(), run.variables(), precision).at("student");
  }

  private static SwinTransformer swin(Golden golden) throws TextFormat.ParseException {
    StringBuilder text = new StringBuilder();
    golden
        .description()
        .getAsJsonObject("swin")
        .entrySet()
        .forEach(e -> text.append(e.getKey()).append(": ").append(e.getValue()).append('\n'));
    return golden.description().get("version").getAsInt() == 1
        ? SwinTransformer.of(TextFormat.parse(text, SwinConfig.class), 0)
        : SwinTransformer.of(TextFormat.parse(text, SwinV2Config.class), 0);
  }

  private static long count(SwinTransformer swin) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, tf.constant(0L));
      build(swin, tf, variables);
      return variables.trainable().stream().mapToLong(v -> v.shape().size()).sum();
    }
  }

  private static Endpoints build(SwinTransformer swin, Ops tf, Variables variables) {
    long side = swin.imageSize();
    Operand<TFloat32> images =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
    return swin.build(LayerScope.inference(tf, variables, Precision.FLOAT32), images);
  }

  private static Map<String, float[]> firstValues(SwinTransformer swin) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, tf.constant(7L));
      build(swin, tf, variables);
      Map<String, float[]> values = new LinkedHashMap<>();
      try (Session session = TestSession.open(graph)) {
        Session.Runner initialize = session.runner();
        variables.initializations().forEach(initialize::addTarget);
        initialize.run().close();
        for (Variable variable : variables.all()) {
          try (Result result = session.runner().fetch(variable.value()).run()) {
            TFloat32 tensor = (TFloat32) result.get(0);
            float[] copy = new float[Math.toIntExact(tensor.size())];
            tensor.asRawTensor().data().asFloats().read(copy);
            values.put(variable.name(), copy);
          }
        }
      }
      return values;
    }
  }

  private static double deviation(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum / values.length);
  }
}
