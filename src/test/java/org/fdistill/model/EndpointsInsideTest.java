package org.fdistill.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variable;
import org.fdistill.nn.LayerNorm;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.Normalization;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** What a network shows of its inside. */
class EndpointsInsideTest {
  private static final String VIT =
      "vit { image_size: 16 patch_size: 4 width: 12 depth: 3 heads: 2 register_tokens: 1"
          + " absolute_position: true relative_position_shared: false layer_norm_epsilon: 1e-5 }";
  private static final String SWIN =
      "swin { image_size: 32 patch_size: 2 width: 8 depths: [2, 2, 1] heads: [1, 2, 4] window: 4 }";

  private static Network network(String text) throws TextFormat.ParseException {
    return Network.student(
        TextFormat.parse(text, BackboneConfig.class), Normalization.getDefaultInstance());
  }

  private static Endpoints build(GraphRun run, Network network) {
    Ops tf = run.tf();
    long side = network.backbone().imageSize();
    float[] pixels = new float[(int) (2 * side * side * 3)];
    Random random = new Random(1);
    IntStream.range(0, pixels.length).forEach(i -> pixels[i] = random.nextInt(256));
    Endpoints endpoints =
        network.build(
            LayerScope.inference(tf, run.variables(), Precision.FLOAT32),
            run.input(pixels, 2, side, side, 3));
    run.variables().all().forEach(v -> run.setVariable(v.name(), values(v)));
    return endpoints;
  }

  /** The final norm scales by one and shifts by nothing. */
  private static float[] values(Variable variable) {
    float[] values = new float[(int) variable.shape().size()];
    Random random = new Random(variable.name().hashCode());
    boolean norm = variable.name().startsWith("student/norm/");
    for (int i = 0; i < values.length; i++) {
      values[i] = norm ? 1 : (float) random.nextGaussian() / 3;
    }
    return norm && !variable.name().endsWith("scale") ? new float[values.length] : values;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {VIT + "|3", SWIN + "|5"})
  void theLastBlockAndTheFinalNormAreTheTokens(String text, int blocks) throws Exception {
    try (GraphRun run = new GraphRun()) {
      Endpoints endpoints = build(run, network(text));
      assertThat(endpoints.blocks()).hasSize(blocks);
      Operand<TFloat32> last = endpoints.blocks().get(blocks - 1).apply(run.tf());
      List<float[]> values =
          run.run(List.of(endpoints.tokens(), LayerNorm.whiten(run.tf(), last, 1e-5f)));
      // A norm's output is of order 1 and its rounding errors a few times 6e-8.
      assertThat(values.get(1)).containsExactly(values.get(0), within(2e-6f));
    }
  }

  @Test
  void aVitHasTheMapOfItsLastBlock() throws Exception {
    try (GraphRun run = new GraphRun()) {
      Endpoints endpoints = build(run, network(VIT));
      FeatureMap map = endpoints.stages().get(0);
      assertThat(endpoints.stages()).hasSize(1);
      assertThat(List.of(map.stride(), map.channels())).containsExactly(4, 12);
      Operand<TFloat32> pixels = map.map(run.tf());
      assertThat(pixels.shape()).isEqualTo(Shape.of(2, 4, 4, 12));
      List<float[]> values = run.run(List.of(pixels, endpoints.blocks().get(2).apply(run.tf())));
      // Behind class token and register, of each of two images.
      int patches = 16 * 12;
      for (int image = 0; image < 2; image++) {
        for (int i = 0; i < patches; i++) {
          assertThat(values.get(0)[image * patches + i])
              .isEqualTo(values.get(1)[image * 18 * 12 + 2 * 12 + i]);
        }
      }
    }
  }

  @Test
  void aSwinHasAMapForEachStageRowByRow() throws Exception {
    try (GraphRun run = new GraphRun()) {
      Endpoints endpoints = build(run, network(SWIN));
      List<Shape> shapes = new ArrayList<>();
      endpoints.stages().forEach(stage -> shapes.add(stage.map(run.tf()).shape()));
      assertThat(shapes)
          .containsExactly(Shape.of(2, 16, 16, 8), Shape.of(2, 8, 8, 16), Shape.of(2, 4, 4, 32));
      assertThat(endpoints.stages().stream().map(FeatureMap::stride)).containsExactly(2, 4, 8);
      Operand<TFloat32> last = endpoints.stages().get(2).map(run.tf());
      List<float[]> values =
          run.run(List.of(endpoints.featureMap(run.tf()), LayerNorm.whiten(run.tf(), last, 1e-5f)));
      assertThat(values.get(1)).containsExactly(values.get(0), within(2e-6f));
    }
  }

  @Test
  void aNetworkTakesBytesAndFloatsAlike() throws Exception {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Network network = network(VIT);
      LayerScope scope = LayerScope.inference(tf, run.variables(), Precision.FLOAT32);
      Operand<TUint8> bytes =
          tf.dtypes.cast(
              tf.fill(tf.constant(new int[] {1, 16, 16, 3}), tf.constant(200)), TUint8.class);
      Operand<TFloat32> floats = tf.fill(tf.constant(new int[] {1, 16, 16, 3}), tf.constant(200f));
      Operand<TFloat32> ofBytes = network.build(scope, bytes).tokens();
      Operand<TFloat32> ofFloats = network.build(scope, floats).tokens();
      run.variables().all().forEach(v -> run.setVariable(v.name(), values(v)));
      List<float[]> values = run.run(List.of(ofBytes, ofFloats));
      assertThat(values.get(0)).isEqualTo(values.get(1));
      assertThat(run.variables().all()).allMatch(v -> network.owns(v.name()));
    }
  }
}
