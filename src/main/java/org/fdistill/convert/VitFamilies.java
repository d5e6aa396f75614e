package org.fdistill.convert;

import java.util.List;
import org.fdistill.config.ImageNet;
import org.fdistill.config.Licences;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.Activation;

/** The families of vision transformers. */
final class VitFamilies {
  static final Normalization IMAGENET =
      Normalization.newBuilder().addAllMean(ImageNet.MEAN).addAllStd(ImageNet.STD).build();
  static final Normalization HALF = normalization(List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));
  static final Normalization OPENAI =
      normalization(
          List.of(0.48145466, 0.4578275, 0.40821073), List.of(0.26862954, 0.26130258, 0.27577711));

  private static final Family DINO =
      new Family(
          "dino",
          "DINO (arXiv 2104.14294)",
          Licences.APACHE,
          List.of(VitDialects.TIMM, HuggingFaceDialects.VIT),
          List.of("teacher/.*"),
          traits(1e-6f, Activation.GELU),
          IMAGENET,
          Family.PositionStyle.BICUBIC,
          t -> t.prefix().matches("(teacher|student)/.*") && !masksTokens(t),
          List.of(
              Size.vit("dino_vits16", 224, 16, 384, 12, 6),
              Size.vit("dino_vits8", 224, 8, 384, 12, 6),
              Size.vit("dino_vitb16", 224, 16, 768, 12, 12),
              Size.vit("dino_vitb8", 224, 8, 768, 12, 12)));

  private static final Family IBOT =
      new Family(
          "ibot",
          "iBOT (arXiv 2111.07832)",
          Licences.APACHE,
          List.of(VitDialects.TIMM_GAMMA),
          List.of("(state_dict|teacher)/.*"),
          traits(1e-6f, Activation.GELU),
          IMAGENET,
          Family.PositionStyle.BICUBIC,
          VitFamilies::masksTokens,
          List.of(
              Size.vit("ibot_vits16", 224, 16, 384, 12, 6),
              Size.vit("ibot_vitb16", 224, 16, 768, 12, 12),
              Size.vit("ibot_vitl16", 224, 16, 1024, 24, 16)));

  private static final Family DINOV2 =
      new Family(
          "dinov2",
          "DINOv2 (arXiv 2304.07193), with and without registers",
          Licences.APACHE,
          List.of(VitDialects.TIMM, VitDialects.TIMM_IN_CHUNKS, HuggingFaceDialects.DINOV2),
          List.of("teacher/.*"),
          traits(1e-6f, Activation.GELU),
          IMAGENET,
          Family.PositionStyle.DINOV2,
          t ->
              t.has("student/blocks/00/layer_scale1")
                  && t.has("student/pos_embed")
                  && (t.has("student/reg_tokens") || t.findLeftOut("mask_token").isPresent()),
          List.of(
              Size.vit("dinov2_vits14", 518, 14, 384, 12, 6),
              Size.vit("dinov2_vitb14", 518, 14, 768, 12, 12),
              Size.vit("dinov2_vitl14", 518, 14, 1024, 24, 16),
              Size.vit("dinov2_vitg14", 518, 14, 1536, 40, 24).withSwiGlu(),
              Size.vit("dinov2_vits14_reg", 518, 14, 384, 12, 6).withRegisters(4),
              Size.vit("dinov2_vitb14_reg", 518, 14, 768, 12, 12).withRegisters(4),
              Size.vit("dinov2_vitl14_reg", 518, 14, 1024, 24, 16).withRegisters(4),
              Size.vit("dinov2_vitg14_reg", 518, 14, 1536, 40, 24).withRegisters(4).withSwiGlu()));

  private static final Family DEIT =
      new Family(
          "deit",
          "DeiT (arXiv 2012.12877) and DeiT III (arXiv 2204.07118)",
          Licences.APACHE,
          List.of(VitDialects.TIMM_GAMMA, HuggingFaceDialects.VIT),
          List.of("model/.*"),
          traits(1e-6f, Activation.GELU),
          IMAGENET,
          Family.PositionStyle.BICUBIC,
          t -> t.findLeftOut("head_dist.weight").isPresent(),
          List.of(
              Size.vit("deit_tiny16", 224, 16, 192, 12, 3),
              Size.vit("deit_small16", 224, 16, 384, 12, 6),
              Size.vit("deit_base16", 224, 16, 768, 12, 12),
              Size.vit("deit_base16_384", 384, 16, 768, 12, 12),
              Size.vit("deit_tiny16_distilled", 224, 16, 192, 12, 3).withRegisters(1),
              Size.vit("deit_small16_distilled", 224, 16, 384, 12, 6).withRegisters(1),
              Size.vit("deit_base16_distilled", 224, 16, 768, 12, 12).withRegisters(1),
              Size.vit("deit_base16_distilled_384", 384, 16, 768, 12, 12).withRegisters(1),
              Size.vit("deit3_small16", 224, 16, 384, 12, 6),
              Size.vit("deit3_small16_384", 384, 16, 384, 12, 6),
              Size.vit("deit3_medium16", 224, 16, 512, 12, 8),
              Size.vit("deit3_base16", 224, 16, 768, 12, 12),
              Size.vit("deit3_base16_384", 384, 16, 768, 12, 12),
              Size.vit("deit3_large16", 224, 16, 1024, 24, 16),
              Size.vit("deit3_large16_384", 384, 16, 1024, 24, 16),
              Size.vit("deit3_huge14", 224, 14, 1280, 32, 16)));

  private static final Family VIT =
      new Family(
          "vit",
          "Supervised ViT (arXiv 2010.11929, 2106.10270): timm and Google",
          Licences.varies("Google's own are Apache-2.0"),
          List.of(
              VitDialects.TIMM,
              HuggingFaceDialects.VIT,
              FlaxDialects.VIT,
              FlaxDialects.BIG_VISION,
              FlaxDialects.BIG_VISION_STACKED),
          List.of(),
          traits(1e-6f, Activation.GELU),
          HALF,
          Family.PositionStyle.BICUBIC,
          t -> t.dialect().isFlax() && t.dialect().name().equals("Google ViT"),
          List.of(
              Size.vit("vit_tiny16", 224, 16, 192, 12, 3),
              Size.vit("vit_small16", 224, 16, 384, 12, 6),
              Size.vit("vit_small32", 224, 32, 384, 12, 6),
              Size.vit("vit_base8", 224, 8, 768, 12, 12),
              Size.vit("vit_base16", 224, 16, 768, 12, 12),
              Size.vit("vit_base32", 224, 32, 768, 12, 12),
              Size.vit("vit_large16", 224, 16, 1024, 24, 16),
              Size.vit("vit_large32", 224, 32, 1024, 24, 16),
              Size.vit("vit_huge14", 224, 14, 1280, 32, 16)));

  private static final Family CLIP =
      new Family(
          "clip",
          "CLIP's visual tower, as OpenAI published it (arXiv 2103.00020)",
          Licences.MIT,
          List.of(VitDialects.CLIP, HuggingFaceDialects.CLIP),
          List.of(),
          traits(1e-5f, Activation.QUICK_GELU),
          OPENAI,
          Family.PositionStyle.BICUBIC,
          t -> false,
          List.of(
              Size.vit("clip_vitb32", 224, 32, 768, 12, 12),
              Size.vit("clip_vitb16", 224, 16, 768, 12, 12),
              Size.vit("clip_vitl14", 224, 14, 1024, 24, 16),
              Size.vit("clip_vitl14_336", 336, 14, 1024, 24, 16)));

  private static final Family OPEN_CLIP =
      new Family(
          "openclip",
          "OpenCLIP's visual towers (arXiv 2212.07143)",
          Licences.varies(
              "LAION's and DataComp's are MIT, MetaCLIP's CC-BY-NC-4.0, Apple's its own"),
          List.of(VitDialects.CLIP, HuggingFaceDialects.CLIP, VitDialects.TIMM_CLIP),
          List.of(),
          traits(1e-5f, Activation.GELU),
          OPENAI,
          Family.PositionStyle.BICUBIC,
          t -> false,
          List.of(
              Size.vit("openclip_vitb32", 224, 32, 768, 12, 12),
              Size.vit("openclip_vitb16", 224, 16, 768, 12, 12),
              Size.vit("openclip_vitl14", 224, 14, 1024, 24, 16),
              Size.vit("openclip_vith14", 224, 14, 1280, 32, 16),
              Size.vit("openclip_vitg14", 224, 14, 1408, 40, 16),
              Size.vit("openclip_vitbigg14", 224, 14, 1664, 48, 16)));

  private static final Family SIGLIP =
      new Family(
          "siglip",
          "SigLIP's and SigLIP 2's visual tower (arXiv 2303.15343, 2502.14786)",
          Licences.APACHE,
          List.of(
              VitDialects.TIMM,
              HuggingFaceDialects.CLIP,
              FlaxDialects.BIG_VISION,
              FlaxDialects.BIG_VISION_STACKED),
          List.of(".*img/.*"),
          traits(1e-6f, Activation.GELU_TANH),
          HALF,
          Family.PositionStyle.BICUBIC,
          t ->
              t.prefix().endsWith("img/")
                  || t.findLeftOut("head.probe").isPresent()
                  || (t.findLeftOut("attn_pool.latent").isPresent() && !t.has("student/cls_token")),
          List.of(
              Size.vit("siglip_base16_224", 224, 16, 768, 12, 12),
              Size.vit("siglip_base16_256", 256, 16, 768, 12, 12),
              Size.vit("siglip_base16_384", 384, 16, 768, 12, 12),
              Size.vit("siglip_base16_512", 512, 16, 768, 12, 12),
              Size.vit("siglip_large16_256", 256, 16, 1024, 24, 16),
              Size.vit("siglip_large16_384", 384, 16, 1024, 24, 16),
              Size.vit("siglip_so400m14_224", 224, 14, 1152, 27, 16),
              Size.vit("siglip_so400m14_384", 378, 14, 1152, 27, 16),
              Size.vit("siglip2_base32_256", 256, 32, 768, 12, 12),
              Size.vit("siglip2_base16_224", 224, 16, 768, 12, 12),
              Size.vit("siglip2_base16_256", 256, 16, 768, 12, 12),
              Size.vit("siglip2_base16_384", 384, 16, 768, 12, 12),
              Size.vit("siglip2_base16_512", 512, 16, 768, 12, 12),
              Size.vit("siglip2_large16_256", 256, 16, 1024, 24, 16),
              Size.vit("siglip2_large16_384", 384, 16, 1024, 24, 16),
              Size.vit("siglip2_large16_512", 512, 16, 1024, 24, 16),
              Size.vit("siglip2_so400m14_224", 224, 14, 1152, 27, 16),
              Size.vit("siglip2_so400m14_384", 378, 14, 1152, 27, 16),
              Size.vit("siglip2_so400m16_256", 256, 16, 1152, 27, 16),
              Size.vit("siglip2_so400m16_384", 384, 16, 1152, 27, 16),
              Size.vit("siglip2_so400m16_512", 512, 16, 1152, 27, 16),
              Size.vit("siglip2_giant16_256", 256, 16, 1536, 40, 16),
              Size.vit("siglip2_giant16_384", 384, 16, 1536, 40, 16)));

  private static final Family MAE =
      new Family(
          "mae",
          "MAE (arXiv 2111.06377), pre-trained and fine-tuned",
          Licences.CC_BY_NC,
          List.of(VitDialects.TIMM, HuggingFaceDialects.VIT),
          List.of("model/.*"),
          traits(1e-6f, Activation.GELU),
          IMAGENET,
          Family.PositionStyle.BICUBIC,
          t -> t.findLeftOut("decoder_pos_embed").isPresent(),
          List.of(
              Size.vit("mae_vitb16", 224, 16, 768, 12, 12),
              Size.vit("mae_vitl16", 224, 16, 1024, 24, 16),
              Size.vit("mae_vith14", 224, 14, 1280, 32, 16)));

  private static final Family MOCO_V3 =
      new Family(
          "moco_v3",
          "MoCo v3 (arXiv 2104.02057)",
          Licences.CC_BY_NC,
          List.of(VitDialects.TIMM),
          List.of(".*base_encoder\\."),
          traits(1e-6f, Activation.GELU),
          IMAGENET,
          Family.PositionStyle.BICUBIC,
          t -> t.prefix().matches(".*(base|momentum)_encoder\\."),
          List.of(
              Size.vit("moco_v3_vits16", 224, 16, 384, 12, 12),
              Size.vit("moco_v3_vitb16", 224, 16, 768, 12, 12)));

  private static final Family BEIT_V2 =
      new Family(
          "beit_v2",
          "BEiT v2 (arXiv 2208.06366), pre-trained and fine-tuned",
          Licences.MIT,
          List.of(VitDialects.TIMM_GAMMA, HuggingFaceDialects.BEIT),
          List.of("model/.*"),
          traits(1e-6f, Activation.GELU),
          IMAGENET,
          Family.PositionStyle.BICUBIC,
          t -> t.findLeftOut("lm_head.weight").isPresent() && t.has("student/rel_pos_bias/table"),
          List.of(
              Size.vit("beit_v2_base16", 224, 16, 768, 12, 12),
              Size.vit("beit_v2_large16", 224, 16, 1024, 24, 16)));

  private static final Family FEATURE_DISTILLATION =
      new Family(
          "fd",
          "Feature Distillation's own ViTs (arXiv 2205.14141), distilled and fine-tuned",
          Licences.MIT,
          List.of(VitDialects.TIMM_GAMMA),
          List.of(".*encoder\\."),
          traits(1e-6f, Activation.GELU),
          IMAGENET,
          Family.PositionStyle.BICUBIC,
          t -> t.prefix().endsWith("/encoder.") && t.has("student/rel_pos_bias/table"),
          List.of(
              Size.vit("fd_vitb16", 224, 16, 768, 12, 12),
              Size.vit("fd_vitl14", 224, 14, 1024, 24, 16)));

  private static final Family RADIO =
      new Family(
          "radio",
          "C-RADIO (arXiv 2412.07679, 2601.17237)",
          Licences.varies("C-RADIO's is the NVIDIA Open Model License, RADIO's for research only"),
          List.of(VitDialects.RADIO, HuggingFaceDialects.RADIO, VitDialects.TIMM),
          List.of(),
          withoutFinalNorm(),
          OPENAI,
          Family.PositionStyle.RADIO,
          t -> t.dialect().cutsPositions(),
          List.of(
              Size.vit("c_radio_v3_base16", 512, 16, 768, 12, 12).withRegisters(7),
              Size.vit("c_radio_v3_large16", 512, 16, 1024, 24, 16).withRegisters(7),
              Size.vit("c_radio_v3_huge16", 512, 16, 1280, 32, 16).withRegisters(7),
              Size.vit("c_radio_v3_giant16", 512, 16, 1536, 40, 24).withRegisters(7),
              Size.vit("c_radio_v4_so400m16", 512, 16, 1152, 27, 16).withRegisters(9),
              Size.vit("c_radio_v4_huge16", 512, 16, 1280, 32, 16).withRegisters(9)));

  static final List<Family> ALL =
      List.of(
          DINO,
          DINOV2,
          DEIT,
          VIT,
          CLIP,
          OPEN_CLIP,
          SIGLIP,
          MAE,
          MOCO_V3,
          BEIT_V2,
          IBOT,
          FEATURE_DISTILLATION,
          RADIO);

  private VitFamilies() {}

  private static boolean masksTokens(NamedTensors tensors) {
    return tensors.findLeftOut("masked_embed").isPresent();
  }

  private static BackboneConfig withoutFinalNorm() {
    BackboneConfig.Builder traits = traits(1e-6f, Activation.GELU).toBuilder();
    traits.getVitBuilder().setFinalNorm(VitConfig.FinalNorm.NO_FINAL_NORM);
    return traits.build();
  }

  static BackboneConfig traits(float epsilon, Activation activation) {
    return BackboneConfig.newBuilder()
        .setVit(VitConfig.newBuilder().setLayerNormEpsilon(epsilon).setActivation(activation))
        .build();
  }

  static Normalization normalization(List<Double> mean, List<Double> std) {
    return Normalization.newBuilder()
        .addAllMean(mean.stream().map(Double::floatValue).toList())
        .addAllStd(std.stream().map(Double::floatValue).toList())
        .build();
  }
}
