package org.fdistill.convert;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.fdistill.config.Licences;
import org.fdistill.config.UserError;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.EvalCropConfig;
import org.fdistill.proto.Interpolation;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.Activation;

/** Reads the {@code config.json} of Hugging Face's transformers. */
final class TransformersConfig {
  private static final int RESAMPLE_BICUBIC = 3;
  private static final int DEFAULT_HEADS = 12;
  private static final double ROTARY_BASE = 100;
  private static final String RADIO = "radio";
  private static final String NAFLEX =
      "SigLIP 2's NaFlex, whose images have any shape; images are squares here.\nTake one of its"
          + " checkpoints of a fixed size, such as siglip2-base-patch16-224";

  /** By {@code model_type}: the family, and the epsilon and activation where none is stated. */
  private record Type(String family, float epsilon, String activation) {}

  private static final Map<String, Type> TYPES =
      Map.ofEntries(
          Map.entry("vit", new Type("vit", 1e-12f, "gelu")),
          Map.entry("deit", new Type("deit", 1e-12f, "gelu")),
          Map.entry("vit_mae", new Type("mae", 1e-12f, "gelu")),
          Map.entry("beit", new Type("beit_v2", 1e-12f, "gelu")),
          Map.entry("dinov2", new Type("dinov2", 1e-6f, "gelu")),
          Map.entry("dinov2_with_registers", new Type("dinov2", 1e-6f, "gelu")),
          Map.entry("dinov3_vit", new Type("dinov3", 1e-5f, "gelu")),
          Map.entry("clip", new Type("clip", 1e-5f, "quick_gelu")),
          Map.entry("clip_vision_model", new Type("clip", 1e-5f, "quick_gelu")),
          Map.entry("siglip", new Type("siglip", 1e-6f, "gelu_pytorch_tanh")),
          Map.entry("siglip_vision_model", new Type("siglip", 1e-6f, "gelu_pytorch_tanh")),
          Map.entry(RADIO, new Type(RADIO, 1e-6f, "gelu")),
          Map.entry("swin", new Type("swin", 1e-5f, "gelu")),
          Map.entry("swinv2", new Type("swin_v2", 1e-5f, "gelu")));

  /** By {@code model_type}: what is like a network that is known, and why it is not read. */
  private static final Map<String, String> REFUSED =
      Map.of("siglip2", NAFLEX, "siglip2_vision_model", NAFLEX);

  private static final Map<String, String> VIT =
      Map.of(
          "patch_size", "patch_size",
          "image_size", "image_size",
          "hidden_size", "width",
          "num_hidden_layers", "depth",
          "num_attention_heads", "heads");

  /** Its size is a preference: the table of positions holds larger images. */
  private static final Map<String, String> RADIO_SIZES =
      Map.of(
          "patch_size", "patch_size",
          "hidden_size", "width",
          "num_hidden_layers", "depth");

  private static final Map<String, String> SWIN =
      Map.of(
          "patch_size", "patch_size",
          "embed_dim", "width",
          "depths", "depths",
          "num_heads", "heads",
          "window_size", "window");

  private final String file;
  private final JsonObject config;
  private final JsonObject preprocessor;

  private TransformersConfig(String file, JsonObject config, JsonObject preprocessor) {
    this.file = file;
    this.config = config;
    this.preprocessor = preprocessor;
  }

  /**
   * What a config.json of transformers says of its network.
   *
   * @param file for messages
   * @param config config.json
   * @param preprocessor preprocessor_config.json, or nothing
   */
  static Published read(String file, JsonObject config, JsonObject preprocessor) {
    return new TransformersConfig(file, config, preprocessor).read();
  }

  private Published read() {
    String name = modelType();
    Type type = TYPES.get(name);
    if (REFUSED.containsKey(name)) {
      throw UserError.input(
          "%s: model_type \"%s\" is %s.".formatted(file, name, REFUSED.get(name)));
    }
    if (type == null) {
      throw UserError.input(
          "%s: model_type \"%s\" is no network that fdistill knows.\nExpected one of %s."
              .formatted(file, name, String.join(", ", new TreeSet<>(TYPES.keySet()))));
    }
    JsonObject vision =
        config.has("vision_config") ? Published.object(config, "vision_config") : config;
    BackboneConfig.Builder traits = BackboneConfig.newBuilder();
    float epsilon =
        Published.number(vision, "layer_norm_eps").map(Double::floatValue).orElse(type.epsilon());
    switch (type.family()) {
      case "swin" -> traits.setSwin(swin(vision, epsilon));
      case "swin_v2" -> traits.setSwinV2(swinV2(vision, epsilon));
      default -> traits.setVit(vit(vision, type, epsilon));
    }
    return new Published(
        file,
        Optional.of(type.family()),
        traits.build(),
        Published.stated(file, vision, keys(type)),
        type.family().equals(RADIO) ? conditioner() : normalization(),
        crop(),
        licence());
  }

  /** NVIDIA's own config of C-RADIO names its class alone. */
  private String modelType() {
    String name = Published.text(config, "model_type");
    boolean radio = String.valueOf(config.get("architectures")).contains("RADIOModel");
    return name.isEmpty() && radio ? RADIO : name;
  }

  private VitConfig vit(JsonObject vision, Type type, float epsilon) {
    VitConfig.Builder vit = VitConfig.newBuilder().setLayerNormEpsilon(epsilon);
    if (type.family().equals(RADIO)) {
      Published.integer(vision, "num_attention_heads").ifPresent(vit::setHeads);
      Published.side(file, vision, "preferred_resolution")
          .or(() -> Published.side(file, vision, "image_size"))
          .ifPresent(vit::setImageSize);
    } else {
      vit.setHeads(Published.integer(vision, "num_attention_heads").orElse(DEFAULT_HEADS));
    }
    requireBase(vision);
    String stated = Published.text(vision, "hidden_act");
    boolean gated = Published.flag(vision, "use_gated_mlp");
    return vit.setActivation(
            gated ? gate(stated) : activation(stated.isEmpty() ? type.activation() : stated))
        .build();
  }

  /** The activation of a gate. */
  private Activation gate(String name) {
    if (!name.equals("silu")) {
      throw UserError.input(
          "%s: hidden_act \"%s\" of a gated MLP.\nExpected silu: fdistill's gates have no other."
              .formatted(file, name));
    }
    return Activation.SWIGLU;
  }

  private void requireBase(JsonObject vision) {
    Published.number(vision, "rope_theta")
        .filter(base -> base != ROTARY_BASE)
        .ifPresent(
            base -> {
              throw UserError.input(
                  "%s: rope_theta is %s.\nExpected %s: fdistill's rotary positions have the base of the published networks."
                      .formatted(file, base, ROTARY_BASE));
            });
  }

  private Activation activation(String name) {
    return switch (name) {
      case "gelu" -> Activation.GELU;
      case "quick_gelu" -> Activation.QUICK_GELU;
      case "gelu_pytorch_tanh", "gelu_new", "gelu_fast" -> Activation.GELU_TANH;
      default ->
          throw UserError.input(
              """
              %s: hidden_act "%s" is no activation that fdistill has.
              Expected gelu, quick_gelu or gelu_pytorch_tanh."""
                  .formatted(file, name));
    };
  }

  private SwinConfig swin(JsonObject vision, float epsilon) {
    SwinConfig.Builder swin = SwinConfig.newBuilder().setLayerNormEpsilon(epsilon);
    return swin.setImageSize(Published.side(file, vision, "image_size").orElse(224)).build();
  }

  private SwinV2Config swinV2(JsonObject vision, float epsilon) {
    SwinV2Config.Builder swin = SwinV2Config.newBuilder().setLayerNormEpsilon(epsilon);
    swin.setImageSize(Published.side(file, vision, "image_size").orElse(224));
    swin.setWindow(Published.side(file, vision, "window_size").orElse(7));
    var before = Published.integers(vision, "pretrained_window_sizes");
    if (before.stream().anyMatch(window -> window > 0)) {
      swin.addAllPositionWindow(before);
    }
    return swin.build();
  }

  private static Map<String, String> keys(Type type) {
    return switch (type.family()) {
      case "swin", "swin_v2" -> SWIN;
      case RADIO -> RADIO_SIZES;
      default -> VIT;
    };
  }

  /** NVIDIA's own configs tell C-RADIO, for everyone, from RADIO, for research. */
  private String licence() {
    String version = Published.text(config, "version");
    if (version.startsWith("c-radio")) {
      return Licences.NVIDIA_OPEN_MODEL;
    }
    return version.startsWith("radio") ? Licences.NVIDIA_SOURCE_CODE : "";
  }

  /** C-RADIO normalises its input itself. */
  private Normalization conditioner() {
    return Published.normalization(config.get("norm_mean"), config.get("norm_std"));
  }

  private Normalization normalization() {
    return Published.normalization(preprocessor.get("image_mean"), preprocessor.get("image_std"));
  }

  /** How the processor brings images to size: to a shorter side, then a crop; or straight. */
  private EvalCropConfig crop() {
    if (preprocessor.size() == 0) {
      return null;
    }
    EvalCropConfig.Builder crop = EvalCropConfig.newBuilder().setCropFraction(1);
    Optional<Integer> side = side("crop_size");
    Optional<Integer> resized = side("size");
    boolean crops =
        preprocessor.has("do_center_crop") && preprocessor.get("do_center_crop").getAsBoolean();
    if (crops && side.isPresent() && resized.isPresent() && resized.get() >= side.get()) {
      crop.setCropFraction(side.get() / (float) resized.get());
    }
    boolean bicubic =
        Published.integer(preprocessor, "resample").orElse(RESAMPLE_BICUBIC) == RESAMPLE_BICUBIC;
    return crop.setInterpolation(bicubic ? Interpolation.BICUBIC : Interpolation.BILINEAR).build();
  }

  /** A number, a shortest edge, or the same height and width. */
  private Optional<Integer> side(String key) {
    if (!(preprocessor.get(key) instanceof JsonObject size)) {
      return Published.side(file, preprocessor, key);
    }
    if (!Published.integer(size, "height").equals(Published.integer(size, "width"))) {
      throw UserError.input(
          "%s: %s of the preprocessor is %s.\nExpected the same height and width: images are squares here."
              .formatted(file, key, size));
    }
    return Published.integer(size, "shortest_edge").or(() -> Published.integer(size, "height"));
  }
}
