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

  /** Attention and its position bias relate each token to each: 2^28 numbers. */
  private static final int LARGEST_GRID = 128;

  private ModelChecks() {}

  static void check(BackboneConfig model, Problems problems) {
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

  /** The side of the network's images; empty without network. */
  static Optional<Integer> imageSize(BackboneConfig model) {
    return architecture(model)
        .map(model::getField)
        .map(Message.class::cast)
        .map(m -> (int) m.getField(m.getDescriptorForType().findFieldByName("image_size")));
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
    multiple(vit.getImageSize(), vit.getPatchSize(), "image_size", "patch_size", problems);
    multiple(vit.getWidth(), vit.getHeads(), "width", "heads", problems);
    int grid = vit.getImageSize() / vit.getPatchSize();
    problems.unless(
        grid <= LARGEST_GRID,
        VIT + ".patch_size",
        String.format(
            "gives %1$d x %1$d patches of %2$d pixels, more than the %3$d x %3$d whose pairs still"
                + " fit into one table",
            grid, vit.getPatchSize(), LARGEST_GRID));
    VitOptionChecks.check(vit, problems);
  }

  /**
   * An MLP's hidden width must be whole.
   *
   * @param path of mlp_ratio
   * @param otherwise how else it can be given, to go on with; may be empty
   */
  static void hiddenWidth(
      long width, float ratio, String path, String otherwise, Problems problems) {
    double hidden = width * (double) ratio;
    problems.unless(
        hidden >= 1 && hidden <= Integer.MAX_VALUE && hidden == Math.rint(hidden),
        path,
        String.format(
            "times width (%d) must be a whole number from 1, found %s%s",
            width, Problems.plain(hidden), otherwise));
  }

  private static void multiple(
      int whole, int part, String wholeName, String partName, Problems problems) {
    problems.unless(
        whole % part == 0,
        VIT + "." + wholeName,
        String.format("must be a multiple of %s, found %d and %d", partName, whole, part));
  }
}
