package org.fdistill.convert;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.fdistill.config.UserError;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.Activation;

/** Reads the {@code open_clip_config.json} of OpenCLIP. */
final class OpenClipConfig {
  private static final int HEAD_WIDTH = 64;

  /** What tensors tell, or matters in training alone. */
  private static final Set<String> HARMLESS =
      Set.of(
          "head_width",
          "image_size",
          "layers",
          "ls_init_value",
          "mlp_ratio",
          "no_ln_pre",
          "output_tokens",
          "patch_dropout",
          "patch_size",
          "width");

  private static final Map<String, String> SIZES =
      Map.of(
          "image_size", "image_size",
          "patch_size", "patch_size",
          "width", "width",
          "layers", "depth");

  private OpenClipConfig() {}

  /**
   * What open_clip_config.json says of its network.
   *
   * @param file for messages
   */
  static Published read(String file, JsonObject config) {
    JsonObject model = Published.object(config, "model_cfg");
    JsonObject vision = Published.object(model, "vision_cfg");
    JsonObject preprocess = Published.object(config, "preprocess_cfg");
    if (vision.has("timm_model_name")) {
      return TimmConfig.read(
          file, Published.text(vision, "timm_model_name"), preprocess, new JsonObject());
    }
    if (!vision.has("width")) {
      throw UserError.input(
          file
              + ": model_cfg.vision_cfg has no width.\n"
              + "Expected the description of a vision transformer of OpenCLIP's or timm's.");
    }
    requireKnown(file, vision);
    int headWidth = Published.integer(vision, "head_width").orElse(HEAD_WIDTH);
    boolean quick = model.has("quick_gelu") && model.get("quick_gelu").getAsBoolean();
    VitConfig.Builder vit =
        VitConfig.newBuilder()
            .setHeads(Published.integer(vision, "width").orElse(0) / headWidth)
            .setActivation(quick ? Activation.QUICK_GELU : Activation.GELU);
    return new Published(
        file,
        Optional.of("openclip"),
        BackboneConfig.newBuilder().setVit(vit).build(),
        Published.stated(file, vision, SIZES),
        Published.normalization(preprocess.get("mean"), preprocess.get("std")),
        null,
        "");
  }

  /** Other settings change what is computed, and no tensor shows it. */
  private static void requireKnown(String file, JsonObject vision) {
    for (Map.Entry<String, JsonElement> setting : vision.entrySet()) {
      String value = setting.getValue().toString();
      boolean off = value.equals("false") || value.equals("null") || value.equals("\"tok\"");
      if (!off && !HARMLESS.contains(setting.getKey())) {
        throw UserError.input(
            """
            %s: model_cfg.vision_cfg.%s is %s, which fdistill's networks do not have.
            Expected a tower of CLIP with %s."""
                .formatted(
                    file, setting.getKey(), value, String.join(", ", new TreeSet<>(HARMLESS))));
      }
    }
  }
}
