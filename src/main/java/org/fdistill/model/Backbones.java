package org.fdistill.model;

import org.fdistill.config.UserError;
import org.fdistill.model.swin.SwinTransformer;
import org.fdistill.model.vit.VisionTransformer;
import org.fdistill.proto.BackboneConfig;

/** From a config to a backbone. */
public final class Backbones {
  private Backbones() {}

  /** The backbone that a config describes. */
  public static Backbone of(BackboneConfig config) {
    return switch (config.getArchitectureCase()) {
      case VIT -> new VisionTransformer(config.getVit(), config.getDropPath());
      case SWIN -> SwinTransformer.of(config.getSwin(), config.getDropPath());
      case SWIN_V2 -> SwinTransformer.of(config.getSwinV2(), config.getDropPath());
      case ARCHITECTURE_NOT_SET ->
          throw UserError.usage(
              "model: no architecture is set.\nExpected one of: vit, swin, swin_v2.\n"
                  + "Add, for example, model { vit { width: 768 } } to the config.");
    };
  }
}
