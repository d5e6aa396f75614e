package org.fdistill.convert;

import java.util.List;
import org.fdistill.convert.Dialect.Network;

/** How vision transformers with rotary positions are named in published checkpoints. */
final class RotaryDialects {
  private static final String PATCH_EMBEDDING = "patch_embed.proj.weight";
  private static final String Q_BIAS = "student/blocks/#/attn/q_bias";
  private static final String V_BIAS = "student/blocks/#/attn/v_bias";

  /** DINOv3's own names, where a mask takes the bias from the keys. */
  static final Dialect DINOV3 =
      dinov3(
          "DINOv3",
          List.of("storage_tokens", "blocks.0.attn.qkv.weight", "blocks.0.attn.qkv.bias_mask"),
          NameRules.builder()
              .sections("blocks.#.attn.qkv.bias", "keys have no bias", Q_BIAS, "", V_BIAS));

  /** The same where keys have a bias as well, or where nothing has one, as in the 7B. */
  static final Dialect DINOV3_WITHOUT_MASK =
      dinov3(
          "DINOv3, without a mask of biases",
          List.of("storage_tokens", "blocks.0.attn.qkv.weight"),
          NameRules.builder());

  private static Dialect dinov3(String name, List<String> required, NameRules.Builder bias) {
    return new Dialect(
        name,
        Network.VIT,
        PATCH_EMBEDDING,
        required,
        bias.same("storage_tokens", "student/reg_tokens")
            .joined("student/blocks/#/mlp/fc1", "blocks.#.mlp.w1", "blocks.#.mlp.w2")
            .norm("cls_norm", "student/cls_norm")
            .leaveOut("local_cls_norm.*", "the norm of small crops in pre-training")
            .leaveOut("blocks.*.attn.qkv.bias_mask", "says that keys have no bias")
            .leaveOut(RotaryBuffers.PERIODS, "follows from the width of the heads")
            .all(VitDialects.timm("blocks.#."))
            .build());
  }

  /** timm's names of DINOv3. */
  static final Dialect TIMM_DINOV3 =
      new Dialect(
          "timm DINOv3",
          Network.VIT,
          PATCH_EMBEDDING,
          List.of("reg_token", "blocks.0.gamma_1", "blocks.0.attn.qkv.weight"),
          eva().build());

  /** Hugging Face's DINOv3 with gated MLPs. */
  static final Dialect HUGGING_FACE_DINOV3_GATED =
      huggingFace(
          "Hugging Face DINOv3, gated",
          "layer.0.mlp.gate_proj.weight",
          NameRules.builder()
              .joined("student/blocks/#/mlp/fc1", "layer.#.mlp.gate_proj", "layer.#.mlp.up_proj"));

  /** Hugging Face's DINOv3. */
  static final Dialect HUGGING_FACE_DINOV3 =
      huggingFace(
          "Hugging Face DINOv3",
          "layer.0.mlp.up_proj.weight",
          NameRules.builder().linear("layer.#.mlp.up_proj", "student/blocks/#/mlp/fc1"));

  private static Dialect huggingFace(String name, String firstOfMlp, NameRules.Builder mlp) {
    return new Dialect(
        name,
        Network.VIT,
        "embeddings.patch_embeddings.weight",
        List.of("layer.0.layer_scale1.lambda1", "layer.0.attention.q_proj.weight", firstOfMlp),
        Spelling.TRANSFORMERS_DINOV3,
        mlp.convolution("embeddings.patch_embeddings", "student/patch_embed")
            .same("embeddings.cls_token", "student/cls_token")
            .same("embeddings.register_tokens", "student/reg_tokens")
            .leaveOut("embeddings.mask_token", VitDialects.MASK_TOKEN)
            .all(huggingFaceBlock("layer.#.", "student/blocks/#/"))
            .norm("norm", "student/norm")
            .build());
  }

  private static NameRules.Builder huggingFaceBlock(String from, String to) {
    return NameRules.builder()
        .norm(from + "norm1", to + "norm1")
        .norm(from + "norm2", to + "norm2")
        .all(separateProjections(from + "attention.", to + "attn/"))
        .linear(from + "attention.o_proj", to + "attn/proj")
        .same(from + "layer_scale1.lambda1", to + "layer_scale1")
        .same(from + "layer_scale2.lambda1", to + "layer_scale2")
        .linear(from + "mlp.down_proj", to + "mlp/fc2");
  }

  /** timm's and EVA-02's own names, where queries, keys and values have kernels of their own. */
  static final Dialect EVA02 = eva02("EVA-02", List.of("blocks.0.attn.q_proj.weight"), eva());

  /** The same with one kernel for all three, as in the small sizes. */
  static final Dialect EVA02_JOINT =
      eva02(
          "EVA-02, joint kernels",
          List.of("pos_embed", "blocks.0.attn.qkv.weight", "blocks.0.attn.q_bias"),
          eva());

  /** The visual tower of EVA-02's CLIP. */
  static final Dialect EVA02_CLIP =
      eva02(
          "EVA-02 CLIP",
          List.of("blocks.0.attn.q_proj.weight", "blocks.0.attn.norm.weight"),
          NameRules.builder().leaveOut("head.*", VitDialects.TEXT_SPACE).all(eva()));

  private static Dialect eva02(String name, List<String> required, NameRules.Builder rules) {
    return new Dialect(name, Network.VIT, PATCH_EMBEDDING, required, Spelling.EVA02, rules.build());
  }

  /** timm's Eva. */
  private static NameRules.Builder eva() {
    String from = "blocks.#.";
    String to = "student/blocks/#/";
    return NameRules.builder()
        .all(separateProjections(from + "attn.", to + "attn/"))
        .joined(to + "mlp/fc1", from + "mlp.fc1_g", from + "mlp.fc1_x")
        .norm(from + "mlp.norm", to + "mlp/norm")
        .norm(from + "attn.norm", to + "attn/norm")
        .same(from + "gamma_1", to + "layer_scale1")
        .same(from + "gamma_2", to + "layer_scale2")
        .leaveOut("*rope.freqs_*", "follows from the grid")
        .all(VitDialects.timm(from));
  }

  /** Kernels of queries, keys and values, and biases of queries and values. */
  private static NameRules.Builder separateProjections(String from, String to) {
    return NameRules.builder()
        .joinedKernels(to + "qkv", from + "q_proj", from + "k_proj", from + "v_proj")
        .same(from + "q_proj.bias", to + "q_bias")
        .same(from + "v_proj.bias", to + "v_bias");
  }

  private RotaryDialects() {}
}
