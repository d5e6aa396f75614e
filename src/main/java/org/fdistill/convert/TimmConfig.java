package org.fdistill.convert;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fdistill.config.UserError;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.EvalCropConfig;
import org.fdistill.proto.Interpolation;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.Activation;

/** Reads the {@code config.json} that timm writes for the Hugging Face hub. */
final class TimmConfig {
  private static final Pattern WINDOW = Pattern.compile("window(\\d+)(?:to(\\d+))?");

  /** SigLIP's towers that timm computes as they were trained; the others with the exact GELU. */
  private static final Pattern APPROXIMATE_GELU =
      Pattern.compile(
          "base_patch32_siglip|large_patch16_siglip_(gap_)?512|so400m_patch16|giantopt");

  private static final Map<String, String> ARGUMENTS =
      Map.of(
          "patch_size", "patch_size",
          "embed_dim", "width",
          "depth", "depth",
          "depths", "depths",
          "window_size", "window");

  private static final Pattern IMAGE = Pattern.compile("_(\\d{3})$");

  /**
   * A family by how timm's names show it.
   *
   * @param sign found in an architecture, a point and the tag of its weights
   * @param family empty for one that fdistill does not know
   */
  private record Known(Pattern sign, String family) {
    Known(String sign, String family) {
      this(Pattern.compile(sign), family);
    }
  }

  /** The first that fits counts. */
  private static final List<Known> FAMILIES =
      List.of(
          new Known("naflex", ""),
          new Known("swinv2_cr", ""),
          new Known("swinv2", "swin_v2"),
          new Known("swin_s3", ""),
          new Known("swin", "swin"),
          new Known("convnext", ""),
          new Known("eupe", ""),
          new Known("dinov3", "dinov3"),
          new Known("lingbot", ""),
          new Known("sapiens", ""),
          new Known("rope", ""),
          new Known("eva02_enormous", ""),
          new Known("_rpn_", ""),
          new Known("vit_pe_", ""),
          new Known("dinov2", "dinov2"),
          new Known("siglip", "siglip"),
          new Known("eva02[^.]*_clip_", "eva02_clip"),
          new Known("eva02", "eva02"),
          new Known("_radio_", "radio"),
          new Known("clip_", "openclip"),
          new Known("beitv2", "beit_v2"),
          new Known("beit3", ""),
          new Known("beit_", "beit_v2"),
          new Known("deit", "deit"),
          new Known("\\.dino", "dino"),
          new Known("\\.mae", "mae"),
          new Known("openai", "openclip"),
          new Known("laion", "openclip"),
          new Known("vit_", "vit"));

  private TimmConfig() {}

  /**
   * What a config.json of timm says of its network.
   *
   * @param file for messages
   * @param config config.json
   */
  static Published read(String file, JsonObject config) {
    return read(
        file,
        Published.text(config, "architecture"),
        Published.object(config, "pretrained_cfg"),
        Published.object(config, "model_args"));
  }

  /**
   * Reads the description of a network of timm's.
   *
   * @param cfg mean, std, input_size, crop_pct and so on, where they are stated
   * @param args what was given to its constructor
   */
  static Published read(String file, String architecture, JsonObject cfg, JsonObject args) {
    String family = family(file, architecture, Published.text(cfg, "tag"));
    Map<String, Object> stated = Published.stated(file, args, ARGUMENTS);
    if (!family.startsWith("swin")) {
      stated.putAll(Published.stated(file, cfg, Map.of("input_size", "image_size")));
    }
    return new Published(
        file,
        Optional.of(family),
        traits(file, architecture, family, cfg, args),
        stated,
        Published.normalization(cfg.get("mean"), cfg.get("std")),
        crop(cfg),
        Published.text(cfg, "license"));
  }

  private static String family(String file, String architecture, String tagOfWeights) {
    String tag = architecture + "." + tagOfWeights;
    return FAMILIES.stream()
        .filter(known -> known.sign().matcher(tag).find())
        .findFirst()
        .map(Known::family)
        .filter(family -> !family.isEmpty())
        .orElseThrow(() -> unknown(file, tag));
  }

  private static UserError unknown(String file, String tag) {
    return UserError.input(
        file
            + ": architecture \""
            + tag
            + "\" is no network that fdistill knows.\nExpected one of the families of fdistill"
            + " import-teacher --list; if it is the same network, name it with --arch.");
  }

  private static BackboneConfig traits(
      String file, String architecture, String family, JsonObject cfg, JsonObject args) {
    BackboneConfig.Builder traits = BackboneConfig.newBuilder();
    Matcher window = WINDOW.matcher(architecture);
    boolean windowed = window.find();
    if (family.equals("swin")) {
      SwinConfig.Builder swin = SwinConfig.newBuilder();
      imageSize(file, architecture, cfg).ifPresent(swin::setImageSize);
      return traits.setSwin(swin).build();
    }
    if (family.equals("swin_v2")) {
      SwinV2Config.Builder swin = SwinV2Config.newBuilder();
      imageSize(file, architecture, cfg).ifPresent(swin::setImageSize);
      Published.side(file, args, "window_size")
          .or(() -> windowed ? Optional.of(windowNow(window)) : Optional.empty())
          .ifPresent(swin::setWindow);
      if (windowed && window.group(2) != null) {
        int before = Integer.parseInt(window.group(1));
        swin.addPositionWindow(before).addPositionWindow(before).addPositionWindow(before);
        swin.addPositionWindow(before / 2);
      }
      return traits.setSwinV2(swin).build();
    }
    VitConfig.Builder vit = VitConfig.newBuilder();
    Published.integer(args, "num_heads").ifPresent(vit::setHeads);
    activation(architecture, family, args).ifPresent(vit::setActivation);
    return traits.setVit(vit).build();
  }

  private static int windowNow(Matcher window) {
    return Integer.parseInt(window.group(2) == null ? window.group(1) : window.group(2));
  }

  /** timm's own choice, where it is not its family's. */
  private static Optional<Activation> activation(
      String architecture, String family, JsonObject args) {
    String given = Published.text(args, "act_layer");
    if (architecture.contains("quickgelu") || given.equals("quick_gelu")) {
      return Optional.of(Activation.QUICK_GELU);
    }
    if (given.equals("gelu_tanh")) {
      return Optional.of(Activation.GELU_TANH);
    }
    return family.equals("siglip") && !APPROXIMATE_GELU.matcher(architecture).find()
        ? Optional.of(Activation.GELU)
        : Optional.empty();
  }

  private static Optional<Integer> imageSize(String file, String architecture, JsonObject cfg) {
    Optional<Integer> stated = Published.side(file, cfg, "input_size");
    Matcher named = IMAGE.matcher(architecture);
    return stated.isPresent() || !named.find()
        ? stated
        : Optional.of(Integer.parseInt(named.group(1)));
  }

  private static EvalCropConfig crop(JsonObject cfg) {
    EvalCropConfig.Builder crop = EvalCropConfig.newBuilder();
    Published.number(cfg, "crop_pct").ifPresent(share -> crop.setCropFraction(share.floatValue()));
    if (Published.text(cfg, "interpolation").equals("bilinear")) {
      crop.setInterpolation(Interpolation.BILINEAR);
    }
    return crop.build();
  }
}
