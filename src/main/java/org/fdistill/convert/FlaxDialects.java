package org.fdistill.convert;

import static org.fdistill.convert.VitDialects.POOLING_HEAD;
import static org.fdistill.convert.VitDialects.PRE_TRAINING_HEAD;

import java.util.List;
import org.fdistill.convert.Dialect.Network;

/** How Google's vision transformers are named, which are arrays of Flax. */
final class FlaxDialects {
  /** Google's ViT, in Flax. */
  static final Dialect VIT =
      new Dialect(
          "Google ViT",
          Network.VIT,
          "embedding/kernel",
          List.of("Transformer/posembed_input/pos_embedding"),
          NameRules.builder()
              .all(embedding())
              .same("cls", "student/cls_token")
              .same("Transformer/posembed_input/pos_embedding", "student/pos_embed")
              .all(
                  block(
                      "LayerNorm_0", "MultiHeadDotProductAttention_1", "LayerNorm_2", "MlpBlock_3"))
              .all(norm("Transformer/encoder_norm", "student/norm"))
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
            .all(embedding())
            .same("cls", "student/cls_token")
            .same("pos_embedding", "student/pos_embed")
            .all(
                block("LayerNorm_0", "MultiHeadDotProductAttention_0", "LayerNorm_1", "MlpBlock_0"))
            .all(norm("Transformer/encoder_norm", "student/norm"))
            .leaveOut("MAPHead_0/*", POOLING_HEAD)
            .leaveOut("head/*", PRE_TRAINING_HEAD)
            .leaveOut("pre_logits/*", "the layer before the classifier of pre-training")
            .build());
  }

  private FlaxDialects() {}

  private static NameRules.Builder embedding() {
    return NameRules.builder()
        .same("embedding/kernel", "student/patch_embed/kernel")
        .same("embedding/bias", "student/patch_embed/bias");
  }

  private static NameRules.Builder norm(String from, String to) {
    return NameRules.builder()
        .same(from + "/scale", to + "/scale")
        .same(from + "/bias", to + "/offset");
  }

  private static NameRules.Builder block(String norm1, String attention, String norm2, String mlp) {
    String from = "Transformer/encoderblock_#/";
    String to = "student/blocks/#/";
    NameRules.Builder rules = NameRules.builder().all(norm(from + norm1, to + "norm1"));
    String[] parts = {"query", "key", "value"};
    for (int i = 0; i < parts.length; i++) {
      String part = from + attention + "/" + parts[i];
      rules.part(part + "/kernel", to + "attn/qkv/kernel", AxisOrder.HEADS_LAST, i, parts.length);
      rules.part(part + "/bias", to + "attn/qkv/bias", AxisOrder.HEADS_LAST, i, parts.length);
    }
    return rules
        .map(from + attention + "/out/kernel", to + "attn/proj/kernel", AxisOrder.HEADS_FIRST)
        .same(from + attention + "/out/bias", to + "attn/proj/bias")
        .all(norm(from + norm2, to + "norm2"))
        .same(from + mlp + "/Dense_0/kernel", to + "mlp/fc1/kernel")
        .same(from + mlp + "/Dense_0/bias", to + "mlp/fc1/bias")
        .same(from + mlp + "/Dense_1/kernel", to + "mlp/fc2/kernel")
        .same(from + mlp + "/Dense_1/bias", to + "mlp/fc2/bias");
  }
}
