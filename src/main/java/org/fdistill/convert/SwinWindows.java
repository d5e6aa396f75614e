package org.fdistill.convert;

import java.util.List;
import java.util.stream.IntStream;
import org.fdistill.proto.SwinV2Config;

/** Sides of the windows of each stage of a SwinV2 that its offsets are divided by. */
final class SwinWindows {
  private SwinWindows() {}

  /** Its own: a window is no larger than the stage's map. */
  static List<Integer> of(SwinV2Config.Builder swin) {
    return of(swin.getDepthsCount(), swin.getImageSize(), swin.getPatchSize(), swin.getWindow());
  }

  /** Those of a published size. */
  static List<Integer> of(Size size) {
    return size.positionWindow().isEmpty()
        ? of(size.depths().size(), size.imageSize(), size.patch(), size.window())
        : size.positionWindow();
  }

  private static List<Integer> of(int stages, int side, int patch, int window) {
    return IntStream.range(0, stages).mapToObj(i -> Math.min(window, (side / patch) >> i)).toList();
  }
}
