package org.fdistill.convert;

import java.util.List;
import org.fdistill.config.Licences;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.VitConfig.Activation;
import org.fdistill.proto.VitConfig.RotaryPosition;

/** The families of vision transformers with rotary positions. */
final class RotaryFamilies {
  private static final int WIDTH_OF_L = 1024;
  private static final int WIDTH_OF_7B = 4096;

  /** Of satellite images. */
  private static final Normalization SATELLITE =
      VitFamilies.normalization(List.of(0.430, 0.411, 0.296), List.of(0.213, 0.156, 0.143));

  private static final Family DINOV3 =
      new Family(
          "dinov3",
          "DINOv3 (arXiv 2508.10104)",
          Licences.DINOV3,
          List.of(
              RotaryDialects.DINOV3,
              RotaryDialects.DINOV3_WITHOUT_MASK,
              RotaryDialects.TIMM_DINOV3,
              RotaryDialects.HUGGING_FACE_DINOV3_GATED,
              RotaryDialects.HUGGING_FACE_DINOV3),
          List.of("teacher/.*"),
          traits(1e-5f, RotaryPosition.DINOV3),
          VitFamilies.IMAGENET,
          Family.PositionStyle.BICUBIC,
          t -> isDinov3(t) && !(hasNormOfSmallCrops(t) && width(t) == WIDTH_OF_L),
          List.of(
              dinov3("dinov3_vits16", 384, 12, 6),
              dinov3("dinov3_vits16plus", 384, 12, 6).withSwiGlu(),
              dinov3("dinov3_vitb16", 768, 12, 12),
              dinov3("dinov3_vitl16", WIDTH_OF_L, 24, 16),
              dinov3("dinov3_vitl16plus", WIDTH_OF_L, 24, 16).withSwiGlu(),
              dinov3("dinov3_vith16plus", 1280, 32, 20).withSwiGlu(),
              dinov3("dinov3_vit7b16", WIDTH_OF_7B, 40, 32).withSwiGlu()));

  /**
   * DINOv3's own files of networks that were trained on satellite images. The L tells itself by the
   * norm of small crops; the 7B has the names and shapes of the other.
   */
  private static final Family DINOV3_SAT =
      new Family(
          "dinov3_sat",
          "DINOv3 of satellite images (arXiv 2508.10104, SAT-493M)",
          Licences.DINOV3,
          List.of(RotaryDialects.DINOV3, RotaryDialects.DINOV3_WITHOUT_MASK),
          List.of("teacher/.*"),
          traits(1e-5f, RotaryPosition.DINOV3),
          SATELLITE,
          Family.PositionStyle.BICUBIC,
          t ->
              isDinov3(t)
                  && hasNormOfSmallCrops(t)
                  && (width(t) == WIDTH_OF_L || width(t) == WIDTH_OF_7B),
          List.of(
              dinov3("dinov3_vitl16_sat", WIDTH_OF_L, 24, 16),
              dinov3("dinov3_vit7b16_sat", WIDTH_OF_7B, 40, 32).withSwiGlu()));

  private static final Family EVA02 =
      new Family(
          "eva02",
          "EVA-02 (arXiv 2303.11331), pre-trained and fine-tuned",
          Licences.MIT,
          List.of(RotaryDialects.EVA02, RotaryDialects.EVA02_JOINT),
          List.of(),
          traits(1e-6f, RotaryPosition.EVA02),
          VitFamilies.OPENAI,
          Family.PositionStyle.BICUBIC,
          t -> isEva02(t) && !t.has("student/blocks/00/attn/norm/scale"),
          List.of(
              eva02("eva02_tiny14_224", 224, 192, 12, 3),
              eva02("eva02_tiny14_336", 336, 192, 12, 3),
              eva02("eva02_small14_224", 224, 384, 12, 6),
              eva02("eva02_small14_336", 336, 384, 12, 6),
              eva02("eva02_base14_224", 224, 768, 12, 12),
              eva02("eva02_base14_448", 448, 768, 12, 12),
              eva02("eva02_large14_224", 224, 1024, 24, 16),
              eva02("eva02_large14_448", 448, 1024, 24, 16)));

  private static final Family EVA02_CLIP =
      new Family(
          "eva02_clip",
          "The visual towers of EVA-02's CLIP (arXiv 2303.15389)",
          Licences.MIT,
          List.of(RotaryDialects.EVA02_CLIP),
          List.of(),
          traits(1e-6f, RotaryPosition.EVA02),
          VitFamilies.OPENAI,
          Family.PositionStyle.BICUBIC,
          RotaryFamilies::isEva02,
          List.of(
              Size.vit("eva02_clip_base16", 224, 16, 768, 12, 12).withSwiGlu(),
              eva02("eva02_clip_large14", 224, 1024, 24, 16),
              eva02("eva02_clip_large14_336", 336, 1024, 24, 16)));

  static final List<Family> ALL = List.of(DINOV3, DINOV3_SAT, EVA02, EVA02_CLIP);

  private RotaryFamilies() {}

  /** LayerScale and registers, and no tensor of positions: other networks show theirs. */
  private static boolean isDinov3(NamedTensors tensors) {
    return tensors.has("student/cls_token")
        && tensors.has("student/reg_tokens")
        && tensors.has("student/blocks/00/layer_scale1")
        && !tensors.has("student/pos_embed");
  }

  private static boolean hasNormOfSmallCrops(NamedTensors tensors) {
    return tensors.findLeftOut("local_cls_norm.weight").isPresent();
  }

  private static int width(NamedTensors tensors) {
    return tensors.last("student/patch_embed/kernel");
  }

  /** A SwiGLU in a network with biases of queries and values, and absolute positions. */
  private static boolean isEva02(NamedTensors tensors) {
    long[] up = tensors.shape("student/blocks/00/mlp/fc1/kernel");
    long[] down = tensors.shape("student/blocks/00/mlp/fc2/kernel");
    return tensors.has("student/pos_embed")
        && tensors.has("student/blocks/00/attn/q_bias")
        && up != null
        && down != null
        && up[1] == 2 * down[0];
  }

  private static BackboneConfig traits(float epsilon, RotaryPosition rotary) {
    BackboneConfig.Builder traits = VitFamilies.traits(epsilon, Activation.GELU).toBuilder();
    traits.getVitBuilder().setRotaryPosition(rotary);
    return traits.build();
  }

  private static Size dinov3(String arch, int width, int depth, int heads) {
    return Size.vit(arch, 224, 16, width, depth, heads).withRegisters(4);
  }

  private static Size eva02(String arch, int imageSize, int width, int depth, int heads) {
    return Size.vit(arch, imageSize, 14, width, depth, heads).withSwiGlu();
  }
}
