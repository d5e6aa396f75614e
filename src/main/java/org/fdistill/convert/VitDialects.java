package org.fdistill.convert;

import java.util.List;
import org.fdistill.convert.Dialect.Network;

/**
 * How vision transformers are named in published checkpoints, but for those of {@link
 * HuggingFaceDialects}, {@link FlaxDialects} and {@link RotaryDialects}.
 */
final class VitDialects {
  static final String MASK_TOKEN = "the mask token of pre-training";
  private static final String DECODER = "the decoder of pre-training";
  static final String TEXT_SPACE = "the projection into the space shared with text";
  static final String PRE_TRAINING_HEAD = "the head of pre-training";
  static final String POOLING_HEAD = "the pooling head behind the tokens";

  /**
   * timm's names, which DINO, MAE, MoCo v3 and DINOv2 share. {@code gamma_1} and {@code norm_pre}
   * are none of them: those of timm's networks that have them turn queries and keys by rotary
   * positions, which no tensor shows (see {@link RotaryDialects}).
   */
  static final Dialect TIMM = timmDialect(timm("blocks.#."));

  /** The same with the LayerScale of DeiT III, BEiT, iBOT and FD. */
  static final Dialect TIMM_GAMMA =
      timmDialect(
          timm("blocks.#.")
              .same("blocks.#.gamma_1", "student/blocks/#/layer_scale1")
              .same("blocks.#.gamma_2", "student/blocks/#/layer_scale2"));

  private static Dialect timmDialect(NameRules.Builder rules) {
    return new Dialect(
        "timm",
        Network.VIT,
        "patch_embed.proj.weight",
        List.of("blocks.0.norm1.weight", "blocks.0.attn.qkv.weight"),
        rules.build());
  }

  /** timm's names of CLIP's visual tower. */
  static final Dialect TIMM_CLIP =
      new Dialect(
          "timm CLIP",
          Network.VIT,
          "patch_embed.proj.weight",
          List.of("norm_pre.weight", "blocks.0.attn.qkv.weight"),
          NameRules.builder()
              .leaveOut("head.*", TEXT_SPACE + ", or what fine-tuning made of it")
              .norm("norm_pre", "student/norm_pre")
              .all(timm("blocks.#."))
              .build());

  /** DINOv2's names in training, where blocks lie in chunks and keep their numbers. */
  static final Dialect TIMM_IN_CHUNKS =
      new Dialect(
          "DINOv2, in chunks of blocks",
          Network.VIT,
          "patch_embed.proj.weight",
          List.of("blocks.0.0.norm1.weight", "blocks.0.0.attn.qkv.weight"),
          timm("blocks.*.#.").build());

  /** The names of timm's ViT, of blocks with a number at {@code #}. */
  static NameRules.Builder timm(String block) {
    return NameRules.builder()
        .convolution("patch_embed.proj", "student/patch_embed")
        .same("cls_token", "student/cls_token")
        .same("reg_token", "student/reg_tokens")
        .same("register_tokens", "student/reg_tokens")
        .same("dist_token", "student/reg_tokens")
        .same("pos_embed", "student/pos_embed")
        .same("rel_pos_bias.relative_position_bias_table", "student/rel_pos_bias/table")
        .all(timmBlock(block, "student/blocks/#/"))
        .norm("norm", "student/norm")
        .norm("fc_norm", "student/fc_norm")
        .linear("head", "head")
        .leaveOut("head_dist.*", "the classifier of the distillation token")
        .leaveOut("head.*", PRE_TRAINING_HEAD)
        .leaveOut("lm_head.*", PRE_TRAINING_HEAD)
        .leaveOut("cls_pt_layers.*", PRE_TRAINING_HEAD)
        .leaveOut("*relative_position_index", "follows from the grid")
        .leaveOut("mask_token", MASK_TOKEN)
        .leaveOut("masked_embed", MASK_TOKEN)
        .leaveOut("decoder_*", DECODER)
        .leaveOut("attn_pool.*", POOLING_HEAD);
  }

  private static NameRules.Builder timmBlock(String from, String to) {
    return NameRules.builder()
        .norm(from + "norm1", to + "norm1")
        .norm(from + "norm2", to + "norm2")
        .linear(from + "attn.qkv", to + "attn/qkv")
        .linear(from + "attn.proj", to + "attn/proj")
        .same(from + "attn.q_bias", to + "attn/q_bias")
        .same(from + "attn.v_bias", to + "attn/v_bias")
        .same(from + "attn.relative_position_bias_table", to + "attn/rel_pos_bias/table")
        .same(from + "ls1.gamma", to + "layer_scale1")
        .same(from + "ls2.gamma", to + "layer_scale2")
        .linear(from + "mlp.fc1", to + "mlp/fc1")
        .linear(from + "mlp.fc2", to + "mlp/fc2")
        .linear(from + "mlp.w12", to + "mlp/fc1")
        .linear(from + "mlp.w3", to + "mlp/fc2");
  }

  /** OpenAI's and OpenCLIP's names of CLIP's visual tower. */
  static final Dialect CLIP =
      new Dialect(
          "CLIP",
          Network.VIT,
          "conv1.weight",
          List.of("class_embedding", "transformer.resblocks.0.ln_1.weight"),
          NameRules.builder()
              .convolution("conv1", "student/patch_embed")
              .same("class_embedding", "student/cls_token")
              .same("positional_embedding", "student/pos_embed")
              .norm("ln_pre", "student/norm_pre")
              .all(clipBlock("transformer.resblocks.#.", "student/blocks/#/"))
              .norm("ln_post", "student/norm")
              .leaveOut("proj", TEXT_SPACE)
              .build());

  private static NameRules.Builder clipBlock(String from, String to) {
    return NameRules.builder()
        .norm(from + "ln_1", to + "norm1")
        .norm(from + "ln_2", to + "norm2")
        .map(from + "attn.in_proj_weight", to + "attn/qkv/kernel", AxisOrder.TRANSPOSED)
        .same(from + "attn.in_proj_bias", to + "attn/qkv/bias")
        .linear(from + "attn.out_proj", to + "attn/proj")
        .same(from + "ls_1.gamma", to + "layer_scale1")
        .same(from + "ls_2.gamma", to + "layer_scale2")
        .linear(from + "mlp.c_fc", to + "mlp/fc1")
        .linear(from + "mlp.c_proj", to + "mlp/fc2");
  }

  /** NVIDIA's C-RADIO: timm's blocks behind a generator of patches. */
  static final Dialect RADIO =
      new Dialect(
          "C-RADIO",
          Network.VIT,
          "patch_generator.embedder.weight",
          List.of("blocks.0.norm1.weight", "blocks.0.attn.qkv.weight"),
          NameRules.builder()
              .map(
                  "patch_generator.embedder.weight",
                  "student/patch_embed/kernel",
                  AxisOrder.PATCHES)
              .same("patch_generator.pos_embed", "student/pos_embed")
              .classAndRegisters("patch_generator.cls_token.token")
              .all(timmBlock("blocks.#.", "student/blocks/#/"))
              .same("blocks.#.ls1.grandma", "student/blocks/#/layer_scale1")
              .same("blocks.#.ls2.grandma", "student/blocks/#/layer_scale2")
              .same("blocks.#.layer_scale1.lambda1", "student/blocks/#/layer_scale1")
              .same("blocks.#.layer_scale2.lambda1", "student/blocks/#/layer_scale2")
              .leaveOut("patch_generator.video_embedder.*", "for films")
              .build());

  private VitDialects() {}
}
