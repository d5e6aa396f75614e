package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import org.fdistill.config.UserError;
import org.fdistill.proto.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What timm's names stand for, as timm 1.0.31 builds them. */
class TimmConfigTest {

  @ParameterizedTest
  @CsvSource({
    "vit_base_patch16_224, augreg_in21k, vit,",
    "vit_base_patch8_224, dino, dino,",
    "vit_base_patch16_224, mae, mae,",
    "vit_base_patch14_reg4_dinov2, lvd142m, dinov2,",
    "deit3_base_patch16_224, fb_in1k, deit,",
    "beit_base_patch16_224, in22k_ft_in22k, beit_v2,",
    "beitv2_base_patch16_224, in1k_ft_in22k, beit_v2,",
    "vit_base_patch16_clip_224, laion2b_ft_in1k, openclip,",
    "vit_base_patch16_clip_quickgelu_224, openai, openclip, QUICK_GELU",
    "vit_base_patch16_siglip_224, webli, siglip, GELU",
    "vit_base_patch32_siglip_256, v2_webli, siglip,",
    "vit_large_patch16_siglip_384, v2_webli, siglip, GELU",
    "vit_large_patch16_siglip_gap_512, v2_webli, siglip,",
    "vit_so400m_patch14_siglip_378, webli, siglip, GELU",
    "vit_so400m_patch16_siglip_256, v2_webli, siglip,",
    "vit_giantopt_patch16_siglip_256, v2_webli, siglip,",
    "vit_small_patch16_dinov3_qkvb, lvd1689m, dinov3,",
    "vit_7b_patch16_dinov3, sat493m, dinov3,",
    "eva02_tiny_patch14_336, mim_in22k_ft_in1k, eva02,",
    "eva02_large_patch14_clip_336, merged2b, eva02_clip,",
    "vit_base_patch16_radio_v3, c_radio, radio,"
  })
  void namesTellFamilyAndActivation(
      String architecture, String tag, String family, VitConfig.Activation activation) {
    Published published = read(architecture, tag, new JsonObject());
    assertThat(published.family()).contains(family);
    VitConfig vit = published.traits().getVit();
    assertThat(vit.hasActivation() ? vit.getActivation() : null).isEqualTo(activation);
  }

  @Test
  void argumentsOfTheConstructorComeFirst() {
    JsonObject arguments = new JsonObject();
    arguments.addProperty("act_layer", "gelu_tanh");
    arguments.addProperty("num_heads", 5);
    VitConfig vit = read("vit_base_patch16_224", "mine", arguments).traits().getVit();
    assertThat(vit.getActivation()).isEqualTo(VitConfig.Activation.GELU_TANH);
    assertThat(vit.getHeads()).isEqualTo(5);
  }

  /** Their tensors may be called like those of networks that are known. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "naflexvit_base_patch16_siglip",
        "naflexvit_base_patch16_radio_v3",
        "vit_base_patch16_rope_ape_224",
        "vit_base_patch16_rpn_224",
        "vit_pe_core_base_patch16_224",
        "convnext_tiny.dinov3_lvd1689m",
        "vit_small_patch16_dinov3_qkvb.eupe_lvd1689m",
        "vit_small_patch16_lingbot",
        "swinv2_cr_small_224",
        "swin_s3_tiny_224",
        "beit3_base_patch16_224",
        "eva02_enormous_patch14_clip_224",
        "resnet50"
      })
  void otherNetworksAreRefusedByName(String architecture) {
    assertThatThrownBy(() -> read(architecture, "any", new JsonObject()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("config.json: architecture \"" + architecture + ".any\"");
  }

  private static Published read(String architecture, String tag, JsonObject arguments) {
    JsonObject cfg = new JsonObject();
    cfg.addProperty("tag", tag);
    return TimmConfig.read("config.json", architecture, cfg, arguments);
  }
}
