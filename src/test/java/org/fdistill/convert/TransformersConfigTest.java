package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import org.fdistill.config.UserError;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformersConfigTest {
  @ParameterizedTest
  @CsvSource({
    "c-radio_v3-l, NVIDIA Open Model License",
    "radio_v2.5-b, research and evaluation only"
  })
  void theVersionTellsTheLicenceOfRadio(String version, String licence) {
    JsonObject config = new JsonObject();
    JsonArray architectures = new JsonArray();
    architectures.add("RADIOModel");
    config.add("architectures", architectures);
    config.addProperty("version", version);
    Published published = TransformersConfig.read("config.json", config, new JsonObject());
    assertThat(published.family()).contains("radio");
    assertThat(published.licence()).contains(licence);
    assertThat(published.traits().getVit().hasHeads()).isFalse();
  }

  /** Their tensors are called like those of networks that are known. */
  @ParameterizedTest
  @CsvSource({
    "siglip2, NaFlex",
    "siglip2_vision_model, NaFlex",
    "resnet, is no network that fdistill knows"
  })
  void whatIsNoNetworkOfOursIsRefusedByName(String type, String reason) {
    JsonObject config = new JsonObject();
    config.addProperty("model_type", type);
    assertThatThrownBy(() -> TransformersConfig.read("config.json", config, new JsonObject()))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll("config.json", "\"" + type + "\"", reason);
  }
}
