package org.fdistill.convert;

import static org.fdistill.convert.VitDialects.MASK_TOKEN;
import static org.fdistill.convert.VitDialects.POOLING_HEAD;

import java.util.List;
import org.fdistill.convert.Dialect.Network;

/** How transformers names vision transformers. */
final class HuggingFaceDialects {
  /** Hugging Face's ViT, DeiT and ViTMAE. */
  static final Dialect VIT =
      new Dialect(
          "Hugging Face ViT",
          Network.VIT,
          "embeddings.patch_embeddings.projection.weight",
          List.of(
              "encoder.layer.0.layernorm_before.weight",
              "encoder.layer.0.attention.attention.key.bias"),
          Spelling.TRANSFORMERS_VIT,
          NameRules.builder()
              .all(embeddings())
              .joined(
                  "student/blocks/#/attn/qkv",
                  "encoder.layer.#.attention.attention.query",
                  "encoder.layer.#.attention.attention.key",
                  "encoder.layer.#.attention.attention.value")
              .all(block("encoder.layer.#.", "student/blocks/#/"))
              .norm("layernorm", "student/norm")
              .leaveOut("pooler.*", POOLING_HEAD)
              .build());

  /** Hugging Face's BEiT, without a bias on keys. */
  static final Dialect BEIT =
      new Dialect(
          "Hugging Face BEiT",
          Network.VIT,
          "embeddings.patch_embeddings.projection.weight",
          List.of("encoder.layer.0.lambda_1"),
          Spelling.TRANSFORMERS_VIT,
          NameRules.builder()
              .all(embeddings())
              .all(beitAttention("encoder.layer.#.attention.attention.", "student/blocks/#/attn/"))
              .all(block("encoder.layer.#.", "student/blocks/#/"))
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
  static final Dialect DINOV2 =
      new Dialect(
          "Hugging Face DINOv2",
          Network.VIT,
          "embeddings.patch_embeddings.projection.weight",
          List.of("encoder.layer.0.layer_scale1.lambda1"),
          Spelling.TRANSFORMERS_DINOV2,
          NameRules.builder()
              .all(embeddings())
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

  private static NameRules.Builder embeddings() {
    return NameRules.builder()
        .convolution("embeddings.patch_embeddings.projection", "student/patch_embed")
        .same("embeddings.cls_token", "student/cls_token")
        .same("embeddings.register_tokens", "student/reg_tokens")
        .same("embeddings.distillation_token", "student/reg_tokens")
        .same("embeddings.position_embeddings", "student/pos_embed")
        .leaveOut("embeddings.mask_token", MASK_TOKEN);
  }

  private static NameRules.Builder block(String from, String to) {
    return NameRules.builder()
        .norm(from + "layernorm_before", to + "norm1")
        .norm(from + "layernorm_after", to + "norm2")
        .linear(from + "attention.output.dense", to + "attn/proj")
        .linear(from + "intermediate.dense", to + "mlp/fc1")
        .linear(from + "output.dense", to + "mlp/fc2");
  }

  /** Hugging Face's CLIP and SigLIP. */
  static final Dialect CLIP =
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

  /** Transformers 5's C-RADIO in memory; saved, it has NVIDIA's names. */
  static final Dialect RADIO =
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

  private HuggingFaceDialects() {}
}
