package org.fdistill.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variable;
import org.fdistill.optim.ParameterGroup;
import org.fdistill.optim.ParameterRules;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;
import org.fdistill.proto.VitConfig;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.ndarray.Shape;

/**
 * Layers of parameters as the reference numbers them (optimizer.py, get_vit_layer_id and
 * get_swin_layer_id), seen by the learning rates that follow from them.
 */
class LayersTest {
  private static final double DECAY = 0.5;

  private static final BackboneConfig VIT_B =
      BackboneConfig.newBuilder().setVit(VitConfig.getDefaultInstance()).build();

  private static final BackboneConfig SWIN_B =
      BackboneConfig.newBuilder()
          .setSwinV2(
              SwinV2Config.newBuilder()
                  .addAllDepths(List.of(2, 2, 18, 2))
                  .addAllHeads(List.of(4, 8, 16, 32)))
          .build();

  @ParameterizedTest
  @CsvSource({
    "student/cls_token, 0",
    "student/reg_tokens, 0",
    "student/pos_embed, 0",
    "student/patch_embed/kernel, 0",
    "student/patch_embed/bias, 0",
    "student/norm_pre/scale, 0",
    "student/blocks/00/norm1/scale, 1",
    "student/blocks/00/attn/rel_pos_bias/table, 1",
    "student/blocks/00/layer_scale1, 1",
    "student/blocks/09/attn/qkv/kernel, 10",
    "student/blocks/11/mlp/fc2/kernel, 12",
    "student/rel_pos_bias/table, 13",
    "student/fc_norm/scale, 13",
    "student/norm/offset, 13",
    "head/kernel, 13",
    "head/bias, 13"
  })
  void theLayersOfAViTAreTheReferences(String parameter, int layer) {
    assertThat(layerOf(VIT_B, parameter)).isEqualTo(layer);
  }

  @ParameterizedTest
  @CsvSource({
    "student/patch_embed/kernel, 0",
    "student/patch_embed/norm/scale, 0",
    "student/layers/0/blocks/00/attn/qkv/kernel, 1",
    "student/layers/0/blocks/01/norm2/scale, 2",
    "student/layers/0/downsample/reduction/kernel, 2",
    "student/layers/0/downsample/norm/scale, 2",
    "student/layers/1/blocks/00/attn/cpb/fc1/kernel, 3",
    "student/layers/1/blocks/01/attn/logit_scale, 4",
    "student/layers/1/downsample/reduction/kernel, 4",
    "student/layers/2/blocks/00/mlp/fc1/kernel, 5",
    "student/layers/2/blocks/17/mlp/fc1/kernel, 22",
    "student/layers/2/downsample/norm/offset, 22",
    "student/layers/3/blocks/00/attn/proj/kernel, 23",
    "student/layers/3/blocks/01/attn/proj/bias, 24",
    "student/norm/scale, 25",
    "head/kernel, 25"
  })
  void theLayersOfASwinAreTheReferences(String parameter, int layer) {
    assertThat(layerOf(SWIN_B, parameter)).isEqualTo(layer);
  }

  /** The layer whose rate a parameter learns with. */
  private static int layerOf(BackboneConfig model, String parameter) {
    List<String> layers = network(model).layers();
    Variable variable = new Variable(parameter, Shape.of(2, 2), true, null, null, null);
    ParameterGroup group =
        ParameterRules.layerDecay(layers, DECAY).assign(List.of(variable)).get(variable);
    return layers.size()
        - Math.toIntExact(Math.round(Math.log(group.rateScale()) / Math.log(DECAY)));
  }

  /** Layer decay leaves weight decay as it is, and every parameter of a network has a layer. */
  @Test
  void layerDecayChangesNoWeightDecay() {
    for (BackboneConfig model : small()) {
      try (GraphRun run = new GraphRun()) {
        Network network = network(model);
        int side = network.backbone().imageSize();
        float[] images = new float[side * side * 3];
        Arrays.fill(images, 1);
        network
            .build(
                LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32),
                run.input(images, 1, side, side, 3))
            .pooled(run.tf());
        List<Variable> parameters = run.variables().trainable();
        Map<Variable, ParameterGroup> plain = ParameterRules.weightDecay().assign(parameters);
        Map<Variable, ParameterGroup> layered =
            ParameterRules.layerDecay(network.layers(), DECAY).assign(parameters);
        layered.forEach(
            (parameter, group) ->
                assertThat(group.decay())
                    .as(parameter.name())
                    .isEqualTo(plain.get(parameter).decay()));
        // Without a head, what comes after the blocks is the final norm.
        assertThat(layered.values().stream().map(ParameterGroup::rateScale).distinct())
            .hasSize(network.layers().size() + 1);
      }
    }
  }

  private static List<BackboneConfig> small() {
    List<BackboneConfig> models = new ArrayList<>();
    models.add(
        BackboneConfig.newBuilder()
            .setVit(
                VitConfig.newBuilder()
                    .setImageSize(16)
                    .setPatchSize(8)
                    .setWidth(8)
                    .setHeads(2)
                    .setDepth(3)
                    .setAbsolutePosition(true)
                    .setPreNorm(true)
                    .setRelativePositionPerLayer(true))
            .build());
    models.add(
        BackboneConfig.newBuilder()
            .setSwin(
                SwinConfig.newBuilder()
                    .setImageSize(32)
                    .setWidth(8)
                    .addAllDepths(List.of(2, 1))
                    .addAllHeads(List.of(2, 2))
                    .setWindow(4))
            .build());
    models.add(
        BackboneConfig.newBuilder()
            .setSwinV2(
                SwinV2Config.newBuilder()
                    .setImageSize(32)
                    .setWidth(8)
                    .addAllDepths(List.of(1, 2))
                    .addAllHeads(List.of(2, 2))
                    .setWindow(4))
            .build());
    return models;
  }

  private static Network network(BackboneConfig model) {
    return Network.student(
        model,
        Normalization.newBuilder()
            .addAllMean(List.of(0f, 0f, 0f))
            .addAllStd(List.of(1f, 1f, 1f))
            .build());
  }
}
