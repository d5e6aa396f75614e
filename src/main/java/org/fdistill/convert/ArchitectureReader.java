package org.fdistill.convert;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.fdistill.config.UserError;
import org.fdistill.model.Backbones;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.Activation;
import org.fdistill.proto.VitConfig.RotaryPosition;

/** From a checkpoint's tensors to the network's description. */
final class ArchitectureReader {
  private final Resolution resolution;
  private final Published published;

  ArchitectureReader(Resolution resolution, Published published) {
    this.resolution = resolution;
    this.published = published;
  }

  /** The network as it was trained; heads, window or image size are 0 where nothing tells them. */
  BackboneConfig describe() {
    SquareBuffers.require(resolution.tensors());
    RotaryBuffers.requireMasks(resolution.tensors());
    BackboneConfig traits =
        resolution.family().traits().toBuilder().mergeFrom(published.traits()).build();
    BackboneConfig model =
        traits.hasVit()
            ? traits.toBuilder().setVit(vit(traits.getVit())).build()
            : swin(SwinDescription.of(resolution.tensors(), traits));
    requireStated(model);
    return model.toBuilder().setDropPath(0).build();
  }

  /** Refuses tensors of another network than the one that is described beside them. */
  private void requireStated(BackboneConfig found) {
    List<String> differences = new ArrayList<>();
    published
        .stated()
        .forEach(
            (field, value) -> {
              Object other = field(found, field);
              boolean agree =
                  field.equals("image_size")
                      ? sameGrid((Integer) value, found.getVit())
                      : value.equals(other);
              if (!agree) {
                differences.add("%s: %s, the tensors %s".formatted(field, value, other));
              }
            });
    if (!differences.isEmpty()) {
      throw UserError.input(
          "The tensors are not those that %s describes. It says\n  %s\nExpected both from one model; give the file of weights alone under another name, with --arch, if the tensors are right."
              .formatted(published.source(), String.join("\n  ", differences)));
    }
  }

  /** A field of the network's own message, ViT's or a Swin's. */
  private static Object field(BackboneConfig model, String field) {
    Message architecture =
        switch (model.getArchitectureCase()) {
          case SWIN -> model.getSwin();
          case SWIN_V2 -> model.getSwinV2();
          default -> model.getVit();
        };
    FieldDescriptor found = architecture.getDescriptorForType().findFieldByName(field);
    return found == null ? "none" : architecture.getField(found);
  }

  /** SigLIP's images of 384 pixels in patches of 14 have 27 patches a side, as those of 378. */
  private static boolean sameGrid(int statedSide, VitConfig found) {
    int patch = found.getPatchSize();
    return found.getImageSize() == 0 || statedSide / patch == found.getImageSize() / patch;
  }

  /**
   * The published size that a network is, or those that it is like but for its images or what is
   * not known; the family where there is none.
   *
   * @param model from {@link #describe}
   */
  String name(BackboneConfig model) {
    List<Size> fitting = fitting(model);
    int side = Backbones.of(model).imageSize();
    String like = String.join(", ", fitting.stream().map(Size::arch).toList());
    return fitting.stream()
        .filter(size -> size.imageSize() == side || fitsAnyImage(model))
        .findFirst()
        .map(Size::arch)
        .orElse(like.isEmpty() ? resolution.family().name() : "like " + like);
  }

  /** Rotary positions alone have no table that fits one size of images. */
  private static boolean fitsAnyImage(BackboneConfig model) {
    VitConfig vit = model.getVit();
    return vit.getRotaryPosition() != RotaryPosition.NO_ROTARY
        && !vit.getAbsolutePosition()
        && !vit.getRelativePositionShared()
        && !vit.getRelativePositionPerLayer();
  }

  /** Sizes of a network, for people. */
  static String text(BackboneConfig model) {
    if (!model.hasVit()) {
      return SwinShape.of(model).text();
    }
    VitConfig vit = model.getVit();
    return text(
        vit.getPatchSize(),
        vit.getWidth(),
        vit.getDepth(),
        vit.getActivation() == Activation.SWIGLU,
        vit.getRegisterTokens(),
        vit.getImageSize());
  }

  private static String text(Size size) {
    return size.window() > 0
        ? SwinShape.of(size).text()
        : text(
            size.patch(),
            size.width(),
            size.depths().get(0),
            size.swiGlu(),
            size.registers(),
            size.imageSize());
  }

  private static String text(
      int patch, int width, int depth, boolean swiGlu, int registers, int side) {
    return "patch %d, width %d, depth %d, %s%simages of %s pixels"
        .formatted(
            patch,
            width,
            depth,
            swiGlu ? "SwiGLU, " : "",
            registers == 0 ? "" : registers + " registers, ",
            side == 0 ? "?" : Integer.toString(side));
  }

  private VitConfig vit(VitConfig traits) {
    VitConfig.Builder vit = VitDescription.of(resolution.tensors(), traits).toBuilder();
    if (resolution.tensors().dialect().isFlax()) {
      vit.setActivation(Activation.GELU_TANH);
    }
    Optional<Size> size = size(s -> fits(s, vit));
    resolution
        .size()
        .filter(s -> !named(s, vit))
        .ifPresent(s -> differs(s, BackboneConfig.newBuilder().setVit(vit).build()));
    if (!vit.hasHeads()) {
      vit.setHeads(size.map(s -> s.heads().get(0)).orElse(0));
    }
    if (!vit.hasImageSize()) {
      vit.setImageSize(statedImageSize().or(() -> size.map(Size::imageSize)).orElse(0));
    }
    return vit.build();
  }

  private Optional<Integer> statedImageSize() {
    return Optional.ofNullable((Integer) published.stated().get("image_size"));
  }

  private static boolean fits(Size size, VitConfig.Builder vit) {
    return size.window() == 0
        && size.patch() == vit.getPatchSize()
        && size.width() == vit.getWidth()
        && size.depths().get(0) == vit.getDepth()
        && size.swiGlu() == (vit.getActivation() == Activation.SWIGLU)
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

  private BackboneConfig swin(BackboneConfig found) {
    resolution.size().filter(s -> !fits(s, found)).ifPresent(s -> differs(s, found));
    Optional<Size> size = resolution.size().or(() -> onlySize(found));
    BackboneConfig.Builder model = found.toBuilder();
    if (found.hasSwin()) {
      SwinConfig.Builder swin = model.getSwinBuilder();
      if (!swin.hasImageSize()) {
        swin.setImageSize(size.map(Size::imageSize).orElse(0));
      }
    } else {
      completeSwinV2(model.getSwinV2Builder(), size);
    }
    return model.build();
  }

  private void completeSwinV2(SwinV2Config.Builder swin, Optional<Size> size) {
    boolean bySize = resolution.size().isPresent() || swin.getWindow() == 0;
    if (!swin.hasImageSize()) {
      swin.setImageSize(size.map(Size::imageSize).orElse(0));
    }
    if (swin.getWindow() == 0) {
      swin.setWindow(size.map(Size::window).orElse(0));
    }
    if (swin.getPositionWindowCount() == 0 && bySize) {
      swin.addAllPositionWindow(size.map(Size::positionWindow).orElse(List.of()));
    } else if (swin.getPositionWindowList().equals(windows(swin))) {
      swin.clearPositionWindow();
    }
  }

  private static List<Integer> windows(SwinV2Config.Builder swin) {
    return SwinShape.of(BackboneConfig.newBuilder().setSwinV2(swin).build()).windows();
  }

  /** The published size that a network must be; empty where there is none, or a choice. */
  private Optional<Size> onlySize(BackboneConfig found) {
    List<Size> fitting = fitting(found);
    long kinds =
        fitting.stream()
            .map(s -> List.of(s.imageSize(), s.window(), s.positionWindow()))
            .distinct()
            .count();
    return kinds == 1 ? Optional.of(fitting.get(0)) : Optional.empty();
  }

  private List<Size> fitting(BackboneConfig model) {
    return resolution.family().sizes().stream().filter(size -> fits(size, model)).toList();
  }

  private static boolean fits(Size size, BackboneConfig model) {
    return model.hasVit() ? fits(size, model.getVit().toBuilder()) : SwinShape.of(model).fits(size);
  }

  /**
   * Leaves offsets divided by the windows in which they were learnt, where the family's own code
   * does and the windows are others now.
   *
   * @param found from {@link #describe}
   * @param model what the user made of it
   */
  BackboneConfig keepOffsets(BackboneConfig found, BackboneConfig model) {
    boolean keeps = resolution.family().positions() == Family.PositionStyle.WINDOWS_OF_TRAINING;
    if (!keeps || model.getSwinV2().getPositionWindowCount() > 0) {
      return model;
    }
    List<Integer> before = SwinShape.of(found).windows();
    BackboneConfig.Builder kept = model.toBuilder();
    if (!before.contains(0) && !before.equals(SwinShape.of(model).windows())) {
      kept.getSwinV2Builder().addAllPositionWindow(before);
    }
    return kept.build();
  }

  /**
   * Refuses a network of which something is not known.
   *
   * @param model the description, with the user's overrides
   */
  void requireKnown(BackboneConfig model) {
    String network = model.getArchitectureCase().name().toLowerCase(Locale.ROOT);
    for (String field : List.of(model.hasVit() ? "heads" : "window", "image_size")) {
      if (field(model, field).equals(0)) {
        throw UserError.input(
            """
            model.%s.%s is in no tensor, and %s: %s.
            Name the size with --arch, or give what is not known with --set model.%1$s.%2$s=N."""
                .formatted(network, field, like(fitting(model)), text(model)));
      }
    }
  }

  private String like(List<Size> sizes) {
    String family = resolution.family().name();
    return sizes.isEmpty()
        ? "no published size of " + family + " is like this network"
        : String.join(", ", sizes.stream().map(Size::arch).toList()) + " are like this network";
  }

  private Optional<Size> size(Predicate<Size> fits) {
    return resolution
        .size()
        .filter(fits)
        .or(() -> resolution.family().sizes().stream().filter(fits).findFirst());
  }

  private static void differs(Size size, BackboneConfig found) {
    throw UserError.input(
        "The checkpoint is no %s: it has %s.\nExpected %s. Give another --arch, or the family's name alone."
            .formatted(size.arch(), text(found), text(size)));
  }
}
