package org.fdistill.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Endpoints;
import org.fdistill.model.Network;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.Normalization;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** What is found in the graphs of our networks is what they say of themselves. */
class OwnNetworksTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "vit { image_size: 16 patch_size: 8 width: 8 depth: 2 heads: 2 }",
        "vit { image_size: 16 patch_size: 8 width: 8 depth: 2 heads: 2 layer_scale: 0"
            + " register_tokens: 1 relative_position_shared: false absolute_position: true"
            + " attention_norm: true activation: SWIGLU mlp_norm: true rotary_position: DINOV3"
            + " final_norm: ON_POOLED }",
        "swin { image_size: 32 patch_size: 2 width: 8 depths: [2, 1] heads: [1, 2] window: 4 }",
        "swin_v2 { image_size: 32 patch_size: 2 width: 8 depths: [2, 1] heads: [1, 2] window: 4 }"
      })
  void blocksAndAttentionAreFound(String text) throws TextFormat.ParseException {
    BackboneConfig config = TextFormat.parse(text, BackboneConfig.class);
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Network network = Network.student(config, Normalization.getDefaultInstance());
      long side = network.backbone().imageSize();
      Operand<TFloat32> images = run.input(normal((int) (2 * side * side * 3)), 2, side, side, 3);
      LayerScope scope = LayerScope.inference(tf, run.variables(), Precision.FLOAT32);
      Endpoints endpoints = network.build(scope, images);
      run.variables().all().forEach(v -> run.setVariable(v.name(), normal((int) v.shape().size())));
      DataFlow flow =
          new DataFlow(
              run.graph().toGraphDef(), images.op().name() + ":0", endpoints.tokens().op().name());
      List<String> attention = new AttentionFinder(flow).find();
      List<String> blocks = new BlockFinder(flow).find(attention);
      assertThat(attention).hasSameSizeAs(endpoints.blocks()).allMatch(n -> n.contains("Softmax"));
      assertThat(attention).isSorted();
      requireSame(run, blocks, endpoints);
    }
  }

  /** Inside, Swin has its tokens in the order of windows: the same values in another order. */
  private static void requireSame(GraphRun run, List<String> blocks, Endpoints endpoints) {
    List<Operand<?>> fetched = new ArrayList<>();
    blocks.forEach(name -> fetched.add(run.graph().operation(name).output(0)));
    endpoints.blocks().forEach(block -> fetched.add(block.apply(run.tf())));
    List<float[]> values = run.run(fetched);
    values.forEach(Arrays::sort);
    int depth = endpoints.blocks().size();
    assertThat(blocks).hasSize(depth);
    for (int i = 0; i < depth; i++) {
      assertThat(values.get(i)).containsExactly(values.get(depth + i));
      assertThat(values.get(i)[0]).isNotEqualTo(values.get((i + 1) % depth)[0]);
    }
  }

  private static float[] normal(int count) {
    Random random = new Random(count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() / 2;
    }
    return values;
  }
}
