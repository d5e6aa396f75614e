package org.fdistill.convert;

import java.util.List;
import org.fdistill.config.Licences;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;

/** The families of Swin transformers. */
final class SwinFamilies {
  private static final float EPSILON = 1e-5f;
  private static final BackboneConfig V1 =
      BackboneConfig.newBuilder()
          .setSwin(SwinConfig.newBuilder().setLayerNormEpsilon(EPSILON))
          .build();

  /** EsViT's own code; Feature Distillation runs the same weights with 1e-5. */
  private static final BackboneConfig ESVIT_TRAITS =
      BackboneConfig.newBuilder()
          .setSwin(SwinConfig.newBuilder().setLayerNormEpsilon(1e-6f))
          .build();

  private static final BackboneConfig V2 =
      BackboneConfig.newBuilder()
          .setSwinV2(SwinV2Config.newBuilder().setLayerNormEpsilon(EPSILON))
          .build();

  private static final Family SWIN =
      new Family(
          "swin",
          "Swin (arXiv 2103.14030)",
          Licences.MIT,
          List.of(SwinDialects.SWIN, SwinDialects.TIMM_SWIN, SwinDialects.HUGGING_FACE_SWIN),
          List.of("model/.*"),
          V1,
          VitFamilies.IMAGENET,
          Family.PositionStyle.BICUBIC,
          t -> t.dialect().network() == Dialect.Network.SWIN && !selfSupervised(t) && !teaches(t),
          List.of(
              tiny("swin_tiny_w7_224", 224, 7),
              small("swin_small_w7_224", 224, 7),
              base("swin_base_w7_224", 224, 7),
              base("swin_base_w12_384", 384, 12),
              large("swin_large_w7_224", 224, 7),
              large("swin_large_w12_384", 384, 12)));

  private static final Family ESVIT =
      new Family(
          "esvit",
          "EsViT's Swin (arXiv 2106.09785)",
          Licences.MIT,
          List.of(SwinDialects.SWIN),
          List.of("teacher/.*", "student/.*"),
          ESVIT_TRAITS,
          VitFamilies.IMAGENET,
          Family.PositionStyle.BICUBIC,
          SwinFamilies::selfSupervised,
          List.of(
              tiny("esvit_swin_tiny_w7", 224, 7),
              tiny("esvit_swin_tiny_w14", 224, 14),
              small("esvit_swin_small_w7", 224, 7),
              small("esvit_swin_small_w14", 224, 14),
              base("esvit_swin_base_w7", 224, 7),
              base("esvit_swin_base_w14", 224, 14)));

  private static final Family SWIN_V2 =
      new Family(
          "swin_v2",
          "SwinV2 (arXiv 2111.09883)",
          Licences.MIT,
          List.of(
              SwinDialects.SWIN_V2, SwinDialects.TIMM_SWIN_V2, SwinDialects.HUGGING_FACE_SWIN_V2),
          List.of("model/.*"),
          V2,
          VitFamilies.IMAGENET,
          Family.PositionStyle.WINDOWS_OF_TRAINING,
          t -> t.dialect().network() == Dialect.Network.SWIN_V2 && !distilled(t),
          List.of(
              tiny("swin_v2_tiny_w8_256", 256, 8),
              tiny("swin_v2_tiny_w16_256", 256, 16),
              small("swin_v2_small_w8_256", 256, 8),
              small("swin_v2_small_w16_256", 256, 16),
              base("swin_v2_base_w8_256", 256, 8),
              base("swin_v2_base_w16_256", 256, 16),
              base("swin_v2_base_w12_192", 192, 12),
              base("swin_v2_base_w12to16_256", 256, 16).trainedWithWindow(12),
              base("swin_v2_base_w12to24_384", 384, 24).trainedWithWindow(12),
              large("swin_v2_large_w12_192", 192, 12),
              large("swin_v2_large_w12to16_256", 256, 16).trainedWithWindow(12),
              large("swin_v2_large_w12to24_384", 384, 24).trainedWithWindow(12)));

  private static final Family FEATURE_DISTILLATION =
      new Family(
          "fd_swin",
          "Feature Distillation's own Swin (arXiv 2205.14141), distilled and fine-tuned",
          Licences.MIT,
          List.of(SwinDialects.SWIN_V2),
          List.of(".*encoder\\."),
          V2,
          VitFamilies.IMAGENET,
          Family.PositionStyle.BICUBIC,
          SwinFamilies::distilled,
          List.of(base("fd_swin_base_w14", 224, 14)));

  static final List<Family> ALL = List.of(SWIN, ESVIT, SWIN_V2, FEATURE_DISTILLATION);

  private SwinFamilies() {}

  private static boolean selfSupervised(NamedTensors tensors) {
    return tensors.prefix().matches("(student|teacher)/.*");
  }

  /** Feature Distillation's checkpoints hold their teacher as well. */
  private static boolean teaches(NamedTensors tensors) {
    return tensors.prefix().endsWith("feature_model.");
  }

  private static boolean distilled(NamedTensors tensors) {
    Assembly network = tensors.parameters().get("student/layers/0/blocks/00/attn/cpb/fc1/kernel");
    return network != null && network.sources().contains("rpe_mlp");
  }

  private static Size tiny(String arch, int imageSize, int window) {
    return size(arch, imageSize, window, 96, List.of(2, 2, 6, 2), List.of(3, 6, 12, 24));
  }

  private static Size small(String arch, int imageSize, int window) {
    return size(arch, imageSize, window, 96, List.of(2, 2, 18, 2), List.of(3, 6, 12, 24));
  }

  private static Size base(String arch, int imageSize, int window) {
    return size(arch, imageSize, window, 128, List.of(2, 2, 18, 2), List.of(4, 8, 16, 32));
  }

  private static Size large(String arch, int imageSize, int window) {
    return size(arch, imageSize, window, 192, List.of(2, 2, 18, 2), List.of(6, 12, 24, 48));
  }

  private static Size size(
      String arch,
      int imageSize,
      int window,
      int width,
      List<Integer> depths,
      List<Integer> heads) {
    return new Size(arch, imageSize, 4, width, depths, heads, window, 0, List.of());
  }
}
