package org.fdistill.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.util.Optional;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.VitConfig;

/** Checks the values of a network's description. */
public final class ModelChecks {
  private static final String VIT = "model.vit";

  private ModelChecks() {}

  static void check(BackboneConfig model, Problems problems) {
    problems.share(model.getDropPath(), "model.drop_path");
    switch (model.getArchitectureCase()) {
      case VIT -> vit(model.getVit(), problems);
      case SWIN -> SwinChecks.check(model.getSwin(), problems);
      case SWIN_V2 -> SwinChecks.check(model.getSwinV2(), problems);
      case ARCHITECTURE_NOT_SET ->
          problems.unless(
              false, "model", "has no architecture; set one of vit { }, swin { }, swin_v2 { }");
    }
  }

  /** Where the network's image size stands, such as model.vit.image_size; empty without network. */
  static Optional<String> imageSizePath(BackboneConfig model) {
    return architecture(model).map(field -> "model." + field.getName() + ".image_size");
  }

  /** The side of the network's images; 0 without a network. */
  static int imageSize(BackboneConfig model) {
    return architecture(model)
        .map(model::getField)
        .map(Message.class::cast)
        .map(m -> (int) m.getField(m.getDescriptorForType().findFieldByName("image_size")))
        .orElse(0);
  }

  /** Why the network has no class token; empty where it has one. */
  public static Optional<String> noClassToken(BackboneConfig model) {
    if (!model.hasVit()) {
      return architecture(model).map(field -> "model." + field.getName() + " has no class token");
    }
    return model.getVit().getClassToken()
        ? Optional.empty()
        : Optional.of("model.vit.class_token is false");
  }

  /**
   * A norm on the mean of the patches would never be trained by a task that reads tokens.
   *
   * @param readsMean whether the task reads the mean of the patches
   * @param instead the setting with which it would
   */
  public static void finalNorm(
      BackboneConfig model, boolean readsMean, String instead, Problems problems) {
    problems.unless(
        readsMean || model.getVit().getFinalNorm() != VitConfig.FinalNorm.ON_POOLED,
        "model.vit.final_norm",
        "is ON_POOLED, which needs a task on the mean of the patches ("
            + instead
            + "); set ON_TOKENS");
  }

  private static Optional<FieldDescriptor> architecture(BackboneConfig model) {
    OneofDescriptor architectures = BackboneConfig.getDescriptor().getOneofs().get(0);
    return Optional.ofNullable(model.getOneofFieldDescriptor(architectures));
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
