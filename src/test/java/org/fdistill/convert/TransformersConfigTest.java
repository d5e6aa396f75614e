package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import org.fdistill.config.UserError;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformersConfigTest {
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
