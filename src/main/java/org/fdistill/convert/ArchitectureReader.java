package org.fdistill.convert;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.fdistill.config.UserError;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.Activation;

/** From a checkpoint's tensors to the network's description. */
final class ArchitectureReader {
  private final Resolution resolution;
  private final Published published;

  /**
   * Prepares.
   *
   * @param published what lies beside the checkpoint
   */
  ArchitectureReader(Resolution resolution, Published published) {
    this.resolution = resolution;
    this.published = published;
  }

  /** The network as it was trained; heads, window or image size are 0 where nothing tells them. */
  BackboneConfig describe() {
    BackboneConfig traits =
        resolution.family().traits().toBuilder().mergeFrom(published.traits()).build();
    BackboneConfig model =
        traits.hasVit()
            ? traits.toBuilder().setVit(vit(traits.getVit())).build()
            : swin(SwinDescription.of(resolution.tensors(), traits));
    return model.toBuilder().setDropPath(0).build();
  }

  private VitConfig vit(VitConfig traits) {
    VitConfig.Builder vit = VitDescription.of(resolution.tensors(), traits).toBuilder();
    if (resolution.tensors().dialect().isFlax()) {
      vit.setActivation(Activation.GELU_TANH);
    }
    Optional<Size> size = size(s -> fits(s, vit));
    resolution.size().filter(s -> !named(s, vit)).ifPresent(s -> differs(s, text(vit)));
    if (!vit.hasHeads()) {
      vit.setHeads(size.map(s -> s.heads().get(0)).orElse(0));
    }
    if (!vit.hasImageSize()) {
      vit.setImageSize(size.map(Size::imageSize).orElse(0));
    }
    return vit.build();
  }

  private static boolean fits(Size size, VitConfig.Builder vit) {
    return size.window() == 0
        && size.patch() == vit.getPatchSize()
        && size.width() == vit.getWidth()
        && size.depths().get(0) == vit.getDepth()
        && size.registers() == vit.getRegisterTokens();
  }

  /** A name that another size of the family shares but for its images stands for its images too. */
  private boolean named(Size size, VitConfig.Builder vit) {
    boolean alone =
        resolution.family().sizes().stream()
            .filter(other -> fits(other, vit))
            .allMatch(other -> other.imageSize() == size.imageSize());
    return fits(size, vit) && (alone || size.imageSize() == vit.getImageSize());
  }

  private static String text(VitConfig.Builder vit) {
    return "patch %d, width %d, depth %d, %d registers, images of %d pixels"
        .formatted(
            vit.getPatchSize(),
            vit.getWidth(),
            vit.getDepth(),
            vit.getRegisterTokens(),
            vit.getImageSize());
  }

  private BackboneConfig swin(BackboneConfig found) {
    Optional<Size> size = resolution.size().or(() -> size(s -> fits(s, found)));
    resolution.size().filter(s -> !fits(s, found)).ifPresent(s -> differs(s, text(found)));
    BackboneConfig.Builder model = found.toBuilder();
    if (found.hasSwin()) {
      SwinConfig.Builder swin = model.getSwinBuilder();
      if (!found.getSwin().hasImageSize()) {
        swin.setImageSize(size.map(Size::imageSize).orElse(0));
      }
    } else {
      SwinV2Config.Builder swin = model.getSwinV2Builder();
      if (!found.getSwinV2().hasImageSize()) {
        swin.setImageSize(size.map(Size::imageSize).orElse(0));
      }
      if (swin.getWindow() == 0) {
        swin.setWindow(size.map(Size::window).orElse(0));
      }
      if (swin.getPositionWindowCount() == 0) {
        resolution.size().ifPresent(s -> swin.addAllPositionWindow(s.positionWindow()));
      }
    }
    return model.build();
  }

  private static boolean fits(Size size, BackboneConfig model) {
    boolean first = model.hasSwin();
    int width = first ? model.getSwin().getWidth() : model.getSwinV2().getWidth();
    int window = first ? model.getSwin().getWindow() : model.getSwinV2().getWindow();
    List<Integer> depths =
        first ? model.getSwin().getDepthsList() : model.getSwinV2().getDepthsList();
    return size.window() > 0
        && size.width() == width
        && size.depths().equals(depths)
        && (window == 0 || window == size.window());
  }

  private static String text(BackboneConfig model) {
    return model.hasSwin()
        ? "width %d, depths %s, window %d"
            .formatted(
                model.getSwin().getWidth(),
                model.getSwin().getDepthsList(),
                model.getSwin().getWindow())
        : "width %d, depths %s, window %d"
            .formatted(
                model.getSwinV2().getWidth(),
                model.getSwinV2().getDepthsList(),
                model.getSwinV2().getWindow());
  }

  /**
   * Refuses a network of which something is not known.
   *
   * @param model the description, with the user's overrides
   */
  void requireKnown(BackboneConfig model) {
    String field = null;
    switch (model.getArchitectureCase()) {
      case VIT ->
          field =
              model.getVit().getHeads() == 0
                  ? "model.vit.heads"
                  : model.getVit().getImageSize() == 0 ? "model.vit.image_size" : null;
      case SWIN ->
          field =
              model.getSwin().getImageSize() == 0
                  ? "model.swin.image_size"
                  : model.getSwin().getWindow() == 0 ? "model.swin.window" : null;
      default ->
          field =
              model.getSwinV2().getImageSize() == 0
                  ? "model.swin_v2.image_size"
                  : model.getSwinV2().getWindow() == 0 ? "model.swin_v2.window" : null;
    }
    if (field != null) {
      throw UserError.input(
          field
              + " is in no tensor, and no published size of "
              + resolution.family().name()
              + " is like this network: "
              + (model.hasVit() ? text(model.getVit().toBuilder()) : text(model))
              + ".\nGive it with --set "
              + field
              + "=N, or name the size with --arch.");
    }
  }

  private Optional<Size> size(Predicate<Size> fits) {
    return resolution
        .size()
        .filter(fits)
        .or(() -> resolution.family().sizes().stream().filter(fits).findFirst());
  }

  private static void differs(Size size, String found) {
    throw UserError.input(
        "The checkpoint is no "
            + size.arch()
            + ": it has "
            + found
            + ".\nExpected patch "
            + size.patch()
            + ", width "
            + size.width()
            + ", depth "
            + size.depths()
            + (size.window() > 0 ? ", window " + size.window() : "")
            + (size.registers() > 0 ? ", " + size.registers() + " registers" : "")
            + ", images of "
            + size.imageSize()
            + " pixels. Give another --arch, or the family's name alone.");
  }
}
