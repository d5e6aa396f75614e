package org.fdistill.config;

import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.VitConfig;

/** Checks the values of a network's description. */
final class ModelChecks {
  private static final String VIT = "model.vit";

  private ModelChecks() {}

  static void check(BackboneConfig model, Problems problems) {
    problems.share(model.getDropPath(), "model.drop_path");
    switch (model.getArchitectureCase()) {
      case VIT -> vit(model.getVit(), problems);
      case SWIN, SWIN_V2, ARCHITECTURE_NOT_SET ->
          problems.unless(false, "model", "has no architecture; set vit { ... }");
    }
  }

  private static void vit(VitConfig vit, Problems problems) {
    problems.positive(vit.getImageSize(), VIT + ".image_size");
    problems.positive(vit.getPatchSize(), VIT + ".patch_size");
    problems.positive(vit.getWidth(), VIT + ".width");
    problems.positive(vit.getDepth(), VIT + ".depth");
    problems.positive(vit.getHeads(), VIT + ".heads");
    multiple(vit.getImageSize(), vit.getPatchSize(), "image_size", "patch_size", problems);
    multiple(vit.getWidth(), vit.getHeads(), "width", "heads", problems);
    VitOptionChecks.check(vit, problems);
    problems.notNegative(vit.getLayerScale(), VIT + ".layer_scale");
    problems.positive(vit.getLayerNormEpsilon(), VIT + ".layer_norm_epsilon");
  }

  private static void multiple(
      int whole, int part, String wholeName, String partName, Problems problems) {
    problems.unless(
        part <= 0 || whole % part == 0,
        VIT + "." + wholeName,
        String.format("must be a multiple of %s, found %d and %d", partName, whole, part));
  }
}
