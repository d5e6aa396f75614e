package org.fdistill.model.vit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
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
import org.fdistill.proto.VitConfig.QkvBias;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Input;
import org.fdistill.testing.NetworkComparison;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
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
        "base-16-two-blocks",
        "registers",
        "registers-no-class-token",
        "registers-no-positions",
        "registers-every-token",
        "patch-positions",
        "sine-cosine-mae",
        "sine-cosine-moco-v3",
        "clip",
        "siglip",
        "swiglu",
        "norm-on-pooled",
        "rotary",
        "rotary-no-class-token",
        "rotary-separate-norms",
        "rotary-eva02",
        "masked-absolute",
        "masked-relative-per-layer",
        "masked-relative-shared",
        "masked-relative-no-class-token",
        "masked-all-positions",
        "masked-all-patches",
        "masked-registers",
        "masked-sine-cosine-mae",
        "masked-norm-on-pooled",
        "masked-rotary-separate-norms"
      })
  void tokensAndEveryGradientAgreeWithPyTorch(String name) throws Exception {
    Golden golden = Golden.open("vit/" + name);
    try (GraphRun run = new GraphRun()) {
      LayerScope scope =
          LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32).at("student");
      Endpoints endpoints = endpoints(scope, golden, run.input(golden.input("images")));
      Map<String, Operand<TFloat32>> outputs = new LinkedHashMap<>();
      outputs.put("tokens", endpoints.tokens());
      Operand<TFloat32> loss =
          NetworkComparison.weighted(run, endpoints.tokens(), golden.input("loss_weights"));
      if (golden.arrays().containsKey("pooled")) {
        Operand<TFloat32> pooled = endpoints.pooled(run.tf());
        outputs.put("pooled", pooled);
        Input weights = golden.input("pooled_weights");
        loss = run.tf().math.add(loss, NetworkComparison.weighted(run, pooled, weights));
      }
      assertThat(NetworkComparison.differences(golden, run, loss, outputs)).isEmpty();
    }
  }

  /** Of all patches, or of those that the golden keeps. */
  private static Endpoints endpoints(LayerScope scope, Golden golden, Operand<TFloat32> images)
      throws Exception {
    VisionTransformer vit = new VisionTransformer(config(golden), 0);
    JsonElement kept = golden.description().get("kept");
    return kept == null
        ? vit.build(scope, images)
        : vit.build(scope, images, scope.tf().constant(new Gson().fromJson(kept, int[][].class)));
  }

  /** timm's counts, without heads; it has no mask token, which DINOv2's files hold one of. */
  @Tag("slow")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DINO S/16|heads: 6 width: 384|21665664",
        "ViT-B/16||85798656",
        "DINO B/8|patch_size: 8|85807872",
        "DINOv2 S/14|heads: 6 width: 384 image_size: 518 patch_size: 14 layer_scale: 1|22056192",
        // With the class token's position, which timm adds to the token itself.
        "DINOv2 B/14, registers|image_size: 518 patch_size: 14 layer_scale: 1 register_tokens: 4"
            + "|86582784",
        "CLIP B/16|pre_norm: true patch_bias: false activation: QUICK_GELU|85799424",
        "SigLIP B/16|class_token: false|85797120",
        "DeiT III B/16|positioned_tokens: PATCHES layer_scale: 1|85816320",
        "DeiT B/16, distilled|positioned_tokens: EVERY_TOKEN register_tokens: 1|85800192",
        "MAE B/16, fine-tuned|final_norm: ON_POOLED|85798656",
        "DINOv3 S/16|heads: 6 width: 384 absolute_position: false rotary_position: DINOV3"
            + " register_tokens: 4 layer_scale: 1 qkv_bias: QV_BIAS|21596160",
        "DINOv3 S+/16|heads: 6 width: 384 absolute_position: false rotary_position: DINOV3"
            + " register_tokens: 4 layer_scale: 1 qkv_bias: QV_BIAS activation: SWIGLU|28692480",
        "EVA-02 CLIP B/16|rotary_position: EVA02 qkv_bias: QV_BIAS activation: SWIGLU"
            + " mlp_hidden: 2048 mlp_norm: true attention_norm: true|85869312",
        // Less the fixed table, 197 x 768.
        "MAE B/16|absolute_position_kind: SIN_COS_MAE|85647360",
      })
  void countsTheParametersOfKnownModels(String name, String options, long expected)
      throws Exception {
    assertThat(parameters(plain(options))).as(name).isEqualTo(expected);
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DINOv2 g/14|heads: 24 width: 1536 depth: 40 image_size: 518 patch_size: 14 layer_scale: 1"
            + " activation: SWIGLU mlp_hidden: 4096|1136479232",
        "CLIP L/14|heads: 16 width: 1024 depth: 24 patch_size: 14 pre_norm: true patch_bias: false"
            + "|303179776",
        "CLIP H/14|heads: 16 width: 1280 depth: 32 patch_size: 14 pre_norm: true patch_bias: false"
            + "|630766080",
        "SigLIP So400m/14|class_token: false heads: 16 width: 1152 depth: 27 patch_size: 14"
            + " mlp_hidden: 4304|412442352",
        "DINOv3 7B/16|heads: 32 width: 4096 depth: 40 absolute_position: false"
            + " rotary_position: DINOV3 register_tokens: 4 layer_scale: 1 qkv_bias: NO_BIAS"
            + " activation: SWIGLU mlp_hidden: 8192|6716030976",
        "EVA-02 L/14|heads: 16 width: 1024 depth: 24 image_size: 448 patch_size: 14"
            + " rotary_position: EVA02 qkv_bias: QV_BIAS activation: SWIGLU mlp_hidden: 2730"
            + " mlp_norm: true final_norm: ON_POOLED|304055232",
      })
  void countsTheParametersOfLargeModels(String name, String options, long expected)
      throws Exception {
    assertThat(parameters(plain(options))).as(name).isEqualTo(expected);
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
    assertThat(parameters(config)).isEqualTo(expected);
  }

  @Test
  void anUnknownBatchLeavesAllOtherSizesKnown() throws Exception {
    try (Graph graph = new Graph()) {
      Endpoints endpoints = build(graph, plain("depth: 1 register_tokens: 3"), new ArrayList<>());
      assertThat(endpoints.tokens().shape().asArray()).containsExactly(-1, 200, 768);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "relative-shared",
        "registers",
        "registers-every-token",
        "sine-cosine-mae",
        "clip",
        "siglip",
        "swiglu",
        "norm-on-pooled",
        "rotary",
        "rotary-eva02",
        "masked-all-positions",
        "masked-rotary-separate-norms"
      })
  void bfloat16StaysWithinItsRoundingOfFloat32(String name) throws Exception {
    Golden golden = Golden.open("vit/" + name);
    try (GraphRun run = new GraphRun()) {
      LayerScope scope =
          LayerScope.inference(run.tf(), run.variables(), Precision.BFLOAT16).at("student");
      Endpoints endpoints = endpoints(scope, golden, run.input(golden.input("images")));
      run.setVariables(golden.inputs("parameters"));
      float[] tokens = run.run(List.of(endpoints.tokens())).get(0);
      double error = Tolerance.error(tokens, golden.array("tokens").doubles());
      // bfloat16 keeps 8 bits: a rounding is off by 2^-8 at most and by no more than 2^-9 in the
      // mean; there are some ten in a row for two blocks.
      assertThat(error).isBetween(1e-4, 10 * Math.scalb(1.0, -9));
    }
  }

  private static long parameters(VitConfig config) {
    try (Graph graph = new Graph()) {
      List<Variable> trainable = new ArrayList<>();
      build(graph, config, trainable);
      return trainable.stream().mapToLong(v -> v.shape().size()).sum();
    }
  }

  private static Endpoints build(Graph graph, VitConfig config, List<Variable> trainable) {
    Ops tf = Ops.create(graph);
    Variables variables = new Variables(tf, tf.constant(0L));
    int side = config.getImageSize();
    Operand<TFloat32> images =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
    LayerScope scope = LayerScope.inference(tf, variables, Precision.FLOAT32);
    Endpoints endpoints = new VisionTransformer(config, 0.1f).build(scope, images);
    trainable.addAll(variables.trainable());
    return endpoints;
  }

  /** The usual ViT, with learned absolute positions and full biases, and further options. */
  private static VitConfig plain(String options) throws TextFormat.ParseException {
    VitConfig.Builder config =
        VitConfig.newBuilder()
            .setAbsolutePosition(true)
            .setRelativePositionShared(false)
            .setLayerScale(0)
            .setQkvBias(QkvBias.FULL_BIAS);
    VitConfig.Builder further = VitConfig.newBuilder();
    TextFormat.merge(options == null ? "" : options, further);
    return config.mergeFrom(further.build()).build();
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
