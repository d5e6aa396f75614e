package org.fdistill.convert;

import java.util.List;
import org.fdistill.convert.Dialect.Network;

/** How vision transformers are named in published checkpoints. */
final class VitDialects {
  static final String MASK_TOKEN = "the mask token of pre-training";
  private static final String DECODER = "the decoder of pre-training";
  static final String TEXT_SPACE = "the projection into the space shared with text";
  private static final String PRE_TRAINING_HEAD = "the head of pre-training";
  private static final String POOLING_HEAD = "the pooling head behind the tokens";

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

  /** Hugging Face's ViT, DeiT and ViTMAE. */
  static final Dialect HUGGING_FACE_VIT =
      new Dialect(
          "Hugging Face ViT",
          Network.VIT,
          "embeddings.patch_embeddings.projection.weight",
          List.of(
              "encoder.layer.0.layernorm_before.weight",
              "encoder.layer.0.attention.attention.key.bias"),
          Spelling.TRANSFORMERS_VIT,
          NameRules.builder()
              .all(huggingFaceEmbeddings())
              .joined(
                  "student/blocks/#/attn/qkv",
                  "encoder.layer.#.attention.attention.query",
                  "encoder.layer.#.attention.attention.key",
                  "encoder.layer.#.attention.attention.value")
              .all(huggingFaceBlock("encoder.layer.#.", "student/blocks/#/"))
              .norm("layernorm", "student/norm")
              .leaveOut("pooler.*", POOLING_HEAD)
              .build());

  /** Hugging Face's BEiT, without a bias on keys. */
  static final Dialect HUGGING_FACE_BEIT =
      new Dialect(
          "Hugging Face BEiT",
          Network.VIT,
          "embeddings.patch_embeddings.projection.weight",
          List.of("encoder.layer.0.lambda_1"),
          Spelling.TRANSFORMERS_VIT,
          NameRules.builder()
              .all(huggingFaceEmbeddings())
              .all(beitAttention("encoder.layer.#.attention.attention.", "student/blocks/#/attn/"))
              .all(huggingFaceBlock("encoder.layer.#.", "student/blocks/#/"))
              .same("encoder.layer.#.lambda_1", "student/blocks/#/layer_scale1")
              .same("encoder.layer.#.lambda_2", "student/blocks/#/layer_scale2")
              .same(
                  "encoder.relative_position_bias.relative_position_bias_table",
                  "student/rel_pos_bias/table")
              .norm("layernorm", "student/norm")
              .norm("pooler.layernorm", "student/fc_norm")
              .leaveOut("*relative_position_index", "follows from the grid")
              .build());

  private static NameRules.Builder beitAttention(String from, String to) {
    return NameRules.builder()
        .joinedKernels(to + "qkv", from + "query", from + "key", from + "value")
        .same(from + "query.bias", to + "q_bias")
        .same(from + "value.bias", to + "v_bias")
        .same(
            from + "relative_position_bias.relative_position_bias_table",
            to + "rel_pos_bias/table");
  }

  /** Hugging Face's DINOv2, with and without registers. */
  static final Dialect HUGGING_FACE_DINOV2 =
      new Dialect(
          "Hugging Face DINOv2",
          Network.VIT,
          "embeddings.patch_embeddings.projection.weight",
          List.of("encoder.layer.0.layer_scale1.lambda1"),
          Spelling.TRANSFORMERS_DINOV2,
          NameRules.builder()
              .all(huggingFaceEmbeddings())
              .joined(
                  "student/blocks/#/attn/qkv",
                  "encoder.layer.#.attention.attention.query",
                  "encoder.layer.#.attention.attention.key",
                  "encoder.layer.#.attention.attention.value")
              .linear("encoder.layer.#.attention.output.dense", "student/blocks/#/attn/proj")
              .norm("encoder.layer.#.norm1", "student/blocks/#/norm1")
              .norm("encoder.layer.#.norm2", "student/blocks/#/norm2")
              .same("encoder.layer.#.layer_scale1.lambda1", "student/blocks/#/layer_scale1")
              .same("encoder.layer.#.layer_scale2.lambda1", "student/blocks/#/layer_scale2")
              .linear("encoder.layer.#.mlp.fc1", "student/blocks/#/mlp/fc1")
              .linear("encoder.layer.#.mlp.fc2", "student/blocks/#/mlp/fc2")
              .joined(
                  "student/blocks/#/mlp/fc1",
                  "encoder.layer.#.mlp.gate_proj",
                  "encoder.layer.#.mlp.up_proj")
              .linear("encoder.layer.#.mlp.weights_in", "student/blocks/#/mlp/fc1")
              .linear("encoder.layer.#.mlp.weights_out", "student/blocks/#/mlp/fc2")
              .norm("layernorm", "student/norm")
              .build());

  private static NameRules.Builder huggingFaceEmbeddings() {
    return NameRules.builder()
        .convolution("embeddings.patch_embeddings.projection", "student/patch_embed")
        .same("embeddings.cls_token", "student/cls_token")
        .same("embeddings.register_tokens", "student/reg_tokens")
        .same("embeddings.distillation_token", "student/reg_tokens")
        .same("embeddings.position_embeddings", "student/pos_embed")
        .leaveOut("embeddings.mask_token", MASK_TOKEN);
  }

  private static NameRules.Builder huggingFaceBlock(String from, String to) {
    return NameRules.builder()
        .norm(from + "layernorm_before", to + "norm1")
        .norm(from + "layernorm_after", to + "norm2")
        .linear(from + "attention.output.dense", to + "attn/proj")
        .linear(from + "intermediate.dense", to + "mlp/fc1")
        .linear(from + "output.dense", to + "mlp/fc2");
  }

  /** Hugging Face's CLIP and SigLIP. */
  static final Dialect HUGGING_FACE_CLIP =
      new Dialect(
          "Hugging Face CLIP",
          Network.VIT,
          "embeddings.patch_embedding.weight",
          List.of("encoder.layers.0.layer_norm1.weight"),
          NameRules.builder()
              .convolution("embeddings.patch_embedding", "student/patch_embed")
              .same("embeddings.class_embedding", "student/cls_token")
              .same("embeddings.position_embedding.weight", "student/pos_embed")
              .leaveOut("embeddings.position_ids", "follows from the grid")
              .norm("pre_layrnorm", "student/norm_pre")
              .joined(
                  "student/blocks/#/attn/qkv",
                  "encoder.layers.#.self_attn.q_proj",
                  "encoder.layers.#.self_attn.k_proj",
                  "encoder.layers.#.self_attn.v_proj")
              .linear("encoder.layers.#.self_attn.out_proj", "student/blocks/#/attn/proj")
              .norm("encoder.layers.#.layer_norm1", "student/blocks/#/norm1")
              .norm("encoder.layers.#.layer_norm2", "student/blocks/#/norm2")
              .linear("encoder.layers.#.mlp.fc1", "student/blocks/#/mlp/fc1")
              .linear("encoder.layers.#.mlp.fc2", "student/blocks/#/mlp/fc2")
              .norm("post_layernorm", "student/norm")
              .leaveOut("head.*", POOLING_HEAD)
              .build());

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

  /** Transformers 5's C-RADIO in memory; saved, it has NVIDIA's names. */
  static final Dialect HUGGING_FACE_RADIO =
      new Dialect(
          "Hugging Face C-RADIO",
          Network.VIT,
          "embeddings.patch_projection.weight",
          List.of("encoder.layer.0.attention.q_proj.weight"),
          NameRules.builder()
              .map(
                  "embeddings.patch_projection.weight",
                  "student/patch_embed/kernel",
                  AxisOrder.PATCHES)
              .same("embeddings.position_embedding", "student/pos_embed")
              .classAndRegisters("embeddings.cls_register_token")
              .joined(
                  "student/blocks/#/attn/qkv",
                  "encoder.layer.#.attention.q_proj",
                  "encoder.layer.#.attention.k_proj",
                  "encoder.layer.#.attention.v_proj")
              .linear("encoder.layer.#.attention.o_proj", "student/blocks/#/attn/proj")
              .norm("encoder.layer.#.norm1", "student/blocks/#/norm1")
              .norm("encoder.layer.#.norm2", "student/blocks/#/norm2")
              .same("encoder.layer.#.layer_scale1.lambda1", "student/blocks/#/layer_scale1")
              .same("encoder.layer.#.layer_scale2.lambda1", "student/blocks/#/layer_scale2")
              .linear("encoder.layer.#.mlp.fc1", "student/blocks/#/mlp/fc1")
              .linear("encoder.layer.#.mlp.fc2", "student/blocks/#/mlp/fc2")
              .leaveOut("embeddings.video_patch_projection.*", "for films")
              .leaveOut("input_conditioner.*", "the normalisation of its input")
              .leaveOut("summary_idxs", "which tokens sum an image up")
              .build());

  /** Google's ViT, in Flax. */
  static final Dialect FLAX_VIT =
      new Dialect(
          "Google ViT",
          Network.VIT,
          "embedding/kernel",
          List.of("Transformer/posembed_input/pos_embedding"),
          NameRules.builder()
              .all(flaxEmbedding())
              .same("cls", "student/cls_token")
              .same("Transformer/posembed_input/pos_embedding", "student/pos_embed")
              .all(
                  flaxBlock(
                      "LayerNorm_0", "MultiHeadDotProductAttention_1", "LayerNorm_2", "MlpBlock_3"))
              .all(flaxNorm("Transformer/encoder_norm", "student/norm"))
              .same("head/kernel", "head/kernel")
              .same("head/bias", "head/bias")
              .leaveOut("pre_logits/*", "the layer before the classifier of pre-training")
              .build());

  /** big_vision's ViT, which SigLIP uses. */
  static final Dialect BIG_VISION =
      bigVision("big_vision", "Transformer/encoderblock_0/LayerNorm_0/scale");

  /** The same with the blocks stacked along an axis, as its scan leaves them. */
  static final Dialect BIG_VISION_STACKED =
      bigVision("big_vision, blocks stacked", "Transformer/encoderblock/LayerNorm_0/scale");

  private static Dialect bigVision(String name, String firstNorm) {
    return new Dialect(
        name,
        Network.VIT,
        "embedding/kernel",
        List.of("pos_embedding", firstNorm),
        NameRules.builder()
            .all(flaxEmbedding())
            .same("cls", "student/cls_token")
            .same("pos_embedding", "student/pos_embed")
            .all(
                flaxBlock(
                    "LayerNorm_0", "MultiHeadDotProductAttention_0", "LayerNorm_1", "MlpBlock_0"))
            .all(flaxNorm("Transformer/encoder_norm", "student/norm"))
            .leaveOut("MAPHead_0/*", POOLING_HEAD)
            .leaveOut("head/*", PRE_TRAINING_HEAD)
            .leaveOut("pre_logits/*", "the layer before the classifier of pre-training")
            .build());
  }

  private VitDialects() {}

  private static NameRules.Builder flaxEmbedding() {
    return NameRules.builder()
        .same("embedding/kernel", "student/patch_embed/kernel")
        .same("embedding/bias", "student/patch_embed/bias");
  }

  private static NameRules.Builder flaxNorm(String from, String to) {
    return NameRules.builder()
        .same(from + "/scale", to + "/scale")
        .same(from + "/bias", to + "/offset");
  }

  private static NameRules.Builder flaxBlock(
      String norm1, String attention, String norm2, String mlp) {
    String from = "Transformer/encoderblock_#/";
    String to = "student/blocks/#/";
    NameRules.Builder rules = NameRules.builder().all(flaxNorm(from + norm1, to + "norm1"));
    String[] parts = {"query", "key", "value"};
    for (int i = 0; i < parts.length; i++) {
      String part = from + attention + "/" + parts[i];
      rules.part(part + "/kernel", to + "attn/qkv/kernel", AxisOrder.HEADS_LAST, i, parts.length);
      rules.part(part + "/bias", to + "attn/qkv/bias", AxisOrder.HEADS_LAST, i, parts.length);
    }
    return rules
        .map(from + attention + "/out/kernel", to + "attn/proj/kernel", AxisOrder.HEADS_FIRST)
        .same(from + attention + "/out/bias", to + "attn/proj/bias")
        .all(flaxNorm(from + norm2, to + "norm2"))
        .same(from + mlp + "/Dense_0/kernel", to + "mlp/fc1/kernel")
        .same(from + mlp + "/Dense_0/bias", to + "mlp/fc1/bias")
        .same(from + mlp + "/Dense_1/kernel", to + "mlp/fc2/kernel")
        .same(from + mlp + "/Dense_1/bias", to + "mlp/fc2/bias");
  }
}
