package org.fdistill.config;

import java.util.List;
import java.util.stream.IntStream;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;

/** Checks the values of a Swin, of either version. */
final class SwinChecks {
  private static final int MOST_STAGES = 8;

  /** Side of the first stage's map: 2^20 tokens. */
  private static final int LARGEST_MAP = 1024;

  private final SwinConfig swin;
  private final String path;
  private final Problems problems;

  private SwinChecks(SwinConfig swin, String path, Problems problems) {
    this.swin = swin;
    this.path = path;
    this.problems = problems;
  }

  static void check(SwinConfig swin, Problems problems) {
    new SwinChecks(swin, "model.swin", problems).check();
  }

  static void check(SwinV2Config swin, Problems problems) {
    SwinChecks checks = new SwinChecks(SwinCommon.of(swin), "model.swin_v2", problems);
    checks.check();
    checks.positionWindows(swin.getPositionWindowList());
  }

  private void check() {
    int stages = swin.getDepthsCount();
    boolean some = stages > 0 && stages <= MOST_STAGES;
    problems.unless(
        some,
        path("depths"),
        String.format(
            "must be blocks of each of 1 to %d stages, such as [2, 2, 18, 2]; found %s",
            MOST_STAGES, swin.getDepthsList()));
    boolean sameLength = swin.getHeadsCount() == stages;
    problems.unless(
        sameLength,
        path("heads"),
        String.format(
            "must be heads of each stage, one for each of depths %s; found %s",
            swin.getDepthsList(), swin.getHeadsList()));
    if (some) {
      for (int stage = 0; sameLength && stage < stages; stage++) {
        widths(stage);
      }
      maps();
    }
  }

  private void widths(int stage) {
    long width = (long) swin.getWidth() << stage;
    int heads = swin.getHeads(stage);
    problems.unless(
        width % heads == 0,
        path("heads"),
        String.format(
            "must divide the width of each stage; stage %d has width %d and %d heads",
            stage + 1, width, heads));
    ModelChecks.hiddenWidth(width, swin.getMlpRatio(), path("mlp_ratio"), "", problems);
  }

  private void positionWindows(List<Integer> windows) {
    boolean sameLength = windows.isEmpty() || windows.size() == swin.getDepthsCount();
    problems.unless(
        sameLength,
        path("position_window"),
        String.format(
            "must be empty or have a side for each of depths %s; found %s",
            swin.getDepthsList(), windows));
  }

  /** Says the first thing that is wrong with the maps, and the nearest sizes that would do. */
  private void maps() {
    int grid = swin.getImageSize() / swin.getPatchSize();
    problems.unless(
        grid <= LARGEST_MAP,
        path("patch_size"),
        String.format(
            "gives a map of %1$d x %1$d, more than %2$d x %2$d patches", grid, LARGEST_MAP));
    String wrong = wrongMap(swin.getImageSize());
    problems.unless(
        wrong.isEmpty(),
        path("image_size"),
        String.format(
            "%s; with patch_size %d, window %d and %d stages these would do: %s",
            wrong, swin.getPatchSize(), swin.getWindow(), swin.getDepthsCount(), nearest()));
  }

  /** Empty where every stage's map divides into windows, or is no larger than one. */
  private String wrongMap(int side) {
    if (side % swin.getPatchSize() != 0) {
      return String.format(
          "must be a multiple of patch_size (%d), found %d", swin.getPatchSize(), side);
    }
    int grid = side / swin.getPatchSize();
    for (int stage = 0; stage < swin.getDepthsCount(); stage++) {
      if (grid > swin.getWindow() && grid % swin.getWindow() != 0) {
        return String.format(
            "%d gives stage %d a map of %d x %d, which windows of %d x %d do not divide",
            side, stage + 1, grid, grid, swin.getWindow(), swin.getWindow());
      }
      if (stage + 1 < swin.getDepthsCount() && grid % 2 != 0) {
        return String.format(
            "%d gives stage %d a map of %d x %d, which cannot be halved for the next stage",
            side, stage + 1, grid, grid);
      }
      grid /= 2;
    }
    return "";
  }

  /** The largest size below that fits and the smallest above, as far as there are any. */
  private List<Integer> nearest() {
    int side = swin.getImageSize();
    IntStream below = IntStream.iterate(side - 1, s -> s > 0, s -> s - 1);
    IntStream above = IntStream.rangeClosed(side + 1, LARGEST_MAP * swin.getPatchSize());
    return IntStream.concat(
            below.filter(s -> wrongMap(s).isEmpty()).limit(1),
            above.filter(s -> wrongMap(s).isEmpty()).limit(1))
        .boxed()
        .toList();
  }

  private String path(String field) {
    return path + "." + field;
  }
}
