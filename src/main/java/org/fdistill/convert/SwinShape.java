package org.fdistill.convert;

import java.util.List;
import java.util.stream.IntStream;
import org.fdistill.config.SwinCommon;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.SwinConfig;

/**
 * Sizes of a Swin transformer, of either version; 0 and an empty list stand for what is not known.
 *
 * @param patch P in pixels
 * @param width C of the first stage
 * @param depths blocks of each stage
 * @param window w in tokens
 * @param imageSize S in pixels
 * @param positionWindow windows of each stage that SwinV2's offsets are divided by; empty also for
 *     its own
 */
record SwinShape(
    int patch,
    int width,
    List<Integer> depths,
    int window,
    int imageSize,
    List<Integer> positionWindow) {

  static SwinShape of(BackboneConfig model) {
    SwinConfig swin = model.hasSwinV2() ? SwinCommon.of(model.getSwinV2()) : model.getSwin();
    return new SwinShape(
        swin.getPatchSize(),
        swin.getWidth(),
        swin.getDepthsList(),
        swin.getWindow(),
        swin.hasImageSize() ? swin.getImageSize() : 0,
        model.getSwinV2().getPositionWindowList());
  }

  static SwinShape of(Size size) {
    return new SwinShape(
        size.patch(),
        size.width(),
        size.depths(),
        size.window(),
        size.imageSize(),
        size.positionWindow());
  }

  /** Whether it may be of a published size: nothing that is known says otherwise. */
  boolean fits(Size size) {
    SwinShape published = of(size);
    return published.window > 0
        && patch == published.patch
        && width == published.width
        && depths.equals(published.depths)
        && (window == 0 || window == published.window)
        && (imageSize == 0 || imageSize == published.imageSize)
        && (positionWindow.isEmpty() || positionWindow.equals(published.offsetWindows()));
  }

  /** The windows of each stage: no larger than its map. */
  List<Integer> windows() {
    return IntStream.range(0, depths.size())
        .mapToObj(i -> Math.min(window, (imageSize / patch) >> i))
        .toList();
  }

  /** The windows of each stage that offsets are divided by. */
  private List<Integer> offsetWindows() {
    return positionWindow.isEmpty() ? windows() : positionWindow;
  }

  /** For people. */
  String text() {
    return "width %d, depths %s, window %s, images of %s pixels%s"
        .formatted(
            width,
            depths,
            known(window),
            known(imageSize),
            positionWindow.isEmpty() ? "" : ", offsets divided by windows of " + positionWindow);
  }

  private static String known(int size) {
    return size == 0 ? "?" : Integer.toString(size);
  }
}
