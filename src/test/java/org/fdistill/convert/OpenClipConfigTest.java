package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import org.fdistill.config.UserError;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What OpenCLIP's configs say of a tower. */
class OpenClipConfigTest {

  @Test
  void widthsTellTheHeadsAndTheModelTheActivation() {
    String vision = "\"layers\": 32, \"width\": 1280, \"head_width\": 80, \"patch_size\": 14";
    VitConfig plain = read(vision, "").traits().getVit();
    assertThat(plain.getHeads()).isEqualTo(16);
    assertThat(plain.getActivation()).isEqualTo(Activation.GELU);
    VitConfig quick = read(vision, "\"quick_gelu\": true,").traits().getVit();
    assertThat(quick.getActivation()).isEqualTo(Activation.QUICK_GELU);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"final_ln_after_pool\": true",
        "\"pool_type\": \"avg\"",
        "\"attentional_pool\": true",
        "\"norm_kwargs\": {\"eps\": 1e-6}",
        "\"act_kwargs\": {\"approximate\": \"tanh\"}"
      })
  void settingsThatNoTensorShowsAreRefused(String setting) {
    String name = setting.substring(1, setting.indexOf('"', 1));
    assertThatThrownBy(() -> read("\"width\": 768, " + setting, ""))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("open_clip_config.json: model_cfg.vision_cfg." + name + " is ");
  }

  @Test
  void settingsThatAreOffAreFine() {
    String off = "\"width\": 768, \"attentional_pool\": false, \"pool_type\": \"tok\"";
    assertThat(read(off, "").family()).contains("openclip");
  }

  private static Published read(String vision, String model) {
    String text = "{\"model_cfg\": {" + model + "\"vision_cfg\": {" + vision + "}}}";
    return OpenClipConfig.read(
        "open_clip_config.json", JsonParser.parseString(text).getAsJsonObject());
  }
}
