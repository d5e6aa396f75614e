package org.fdistill.convert;

import java.util.List;
import org.fdistill.convert.Dialect.Network;

/** How Swin transformers are named in published checkpoints. */
final class SwinDialects {
  private static final String FOLLOWS = "follows from the size of the windows";
  private static final String HEAD = "the head of pre-training";
  private static final String TABLE = "layers.0.blocks.0.attn.relative_position_bias_table";
  private static final String LOGIT_SCALE = "layers.0.blocks.0.attn.logit_scale";
  private static final String OUR_BLOCK = "student/layers/#/blocks/#/";
  private static final String OUR_MERGING = "student/layers/#/downsample/";

  /** The authors' names of Swin, which EsViT shares: merging ends a stage. */
  static final Dialect SWIN =
      new Dialect(
          "Swin",
          Network.SWIN,
          "patch_embed.proj.weight",
          List.of(TABLE, "layers.0.downsample.reduction.weight"),
          rules(0));

  /** timm's names of Swin: merging begins a stage. */
  static final Dialect TIMM_SWIN =
      new Dialect(
          "timm Swin",
          Network.SWIN,
          "patch_embed.proj.weight",
          List.of(TABLE, "layers.1.downsample.reduction.weight", "layers.1.downsample.norm.weight"),
          rules(-1));

  /** The authors' names of SwinV2, and Feature Distillation's, which says rpe_mlp for cpb_mlp. */
  static final Dialect SWIN_V2 =
      new Dialect(
          "SwinV2",
          Network.SWIN_V2,
          "patch_embed.proj.weight",
          List.of(LOGIT_SCALE, "layers.0.downsample.reduction.weight"),
          rules(0));

  /** timm's names of SwinV2. */
  static final Dialect TIMM_SWIN_V2 =
      new Dialect(
          "timm SwinV2",
          Network.SWIN_V2,
          "patch_embed.proj.weight",
          List.of(LOGIT_SCALE, "layers.1.downsample.reduction.weight"),
          rules(-1));

  /** Hugging Face's Swin. */
  static final Dialect HUGGING_FACE_SWIN =
      new Dialect(
          "Hugging Face Swin",
          Network.SWIN,
          "embeddings.patch_embeddings.projection.weight",
          List.of("encoder.layers.0.blocks.0.attention.self.relative_position_bias_table"),
          Spelling.TRANSFORMERS_SWIN,
          huggingFace(true));

  /** Hugging Face's SwinV2. */
  static final Dialect HUGGING_FACE_SWIN_V2 =
      new Dialect(
          "Hugging Face SwinV2",
          Network.SWIN_V2,
          "embeddings.patch_embeddings.projection.weight",
          List.of("encoder.layers.0.blocks.0.attention.self.logit_scale"),
          huggingFace(false));

  private SwinDialects() {}

  /**
   * The authors' rules.
   *
   * @param shift from their number of a merging to ours
   */
  private static NameRules rules(int shift) {
    String from = "layers.#.blocks.#.";
    String merging = "layers.#.downsample.";
    return NameRules.builder()
        .convolution("patch_embed.proj", "student/patch_embed")
        .norm("patch_embed.norm", "student/patch_embed/norm")
        .norm(from + "norm1", OUR_BLOCK + "norm1")
        .norm(from + "norm2", OUR_BLOCK + "norm2")
        .norm(from + "enorm", OUR_BLOCK + "main_norm")
        .linear(from + "attn.qkv", OUR_BLOCK + "attn/qkv")
        .linear(from + "attn.proj", OUR_BLOCK + "attn/proj")
        .same(from + "attn.q_bias", OUR_BLOCK + "attn/q_bias")
        .same(from + "attn.v_bias", OUR_BLOCK + "attn/v_bias")
        .same(from + "attn.relative_position_bias_table", OUR_BLOCK + "attn/rel_pos_bias/table")
        .same(from + "attn.logit_scale", OUR_BLOCK + "attn/logit_scale")
        .linear(from + "attn.cpb_mlp.0", OUR_BLOCK + "attn/cpb/fc1")
        .linear(from + "attn.cpb_mlp.2", OUR_BLOCK + "attn/cpb/fc2")
        .linear(from + "attn.rpe_mlp.0", OUR_BLOCK + "attn/cpb/fc1")
        .linear(from + "attn.rpe_mlp.2", OUR_BLOCK + "attn/cpb/fc2")
        .linear(from + "mlp.fc1", OUR_BLOCK + "mlp/fc1")
        .linear(from + "mlp.fc2", OUR_BLOCK + "mlp/fc2")
        .shifted(
            merging + "reduction.weight",
            OUR_MERGING + "reduction/kernel",
            AxisOrder.TRANSPOSED,
            shift)
        .shifted(merging + "norm.weight", OUR_MERGING + "norm/scale", AxisOrder.SAME, shift)
        .shifted(merging + "norm.bias", OUR_MERGING + "norm/offset", AxisOrder.SAME, shift)
        .norm("norm", "student/norm")
        .linear("head.fc", "head")
        .linear("head", "head")
        .leaveOut("head*", HEAD)
        .leaveOut("*relative_position_index", FOLLOWS)
        .leaveOut("*relative_coords_table", FOLLOWS)
        .leaveOut("*attn_mask", FOLLOWS)
        .build();
  }

  private static NameRules huggingFace(boolean keyBias) {
    String from = "encoder.layers.#.blocks.#.";
    String self = from + "attention.self.";
    String merging = "encoder.layers.#.downsample.";
    NameRules.Builder rules =
        NameRules.builder()
            .convolution("embeddings.patch_embeddings.projection", "student/patch_embed")
            .norm("embeddings.norm", "student/patch_embed/norm")
            .leaveOut("embeddings.mask_token", "the mask token of pre-training")
            .norm(from + "layernorm_before", OUR_BLOCK + "norm1")
            .norm(from + "layernorm_after", OUR_BLOCK + "norm2");
    if (keyBias) {
      rules.joined(OUR_BLOCK + "attn/qkv", self + "query", self + "key", self + "value");
    } else {
      rules
          .joinedKernels(OUR_BLOCK + "attn/qkv", self + "query", self + "key", self + "value")
          .same(self + "query.bias", OUR_BLOCK + "attn/q_bias")
          .same(self + "value.bias", OUR_BLOCK + "attn/v_bias");
    }
    return rules
        .same(self + "relative_position_bias_table", OUR_BLOCK + "attn/rel_pos_bias/table")
        .same(self + "logit_scale", OUR_BLOCK + "attn/logit_scale")
        .linear(self + "continuous_position_bias_mlp.0", OUR_BLOCK + "attn/cpb/fc1")
        .linear(self + "continuous_position_bias_mlp.2", OUR_BLOCK + "attn/cpb/fc2")
        .linear(from + "attention.output.dense", OUR_BLOCK + "attn/proj")
        .linear(from + "intermediate.dense", OUR_BLOCK + "mlp/fc1")
        .linear(from + "output.dense", OUR_BLOCK + "mlp/fc2")
        .map(merging + "reduction.weight", OUR_MERGING + "reduction/kernel", AxisOrder.TRANSPOSED)
        .norm(merging + "norm", OUR_MERGING + "norm")
        .norm("layernorm", "student/norm")
        .leaveOut("pooler.*", "the pooling head behind the tokens")
        .leaveOut("*relative_position_index", FOLLOWS)
        .leaveOut("*relative_coords_table", FOLLOWS)
        .build();
  }
}
