package org.fdistill.config;

import java.util.List;
import java.util.stream.IntStream;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;

/** Checks the values of a Swin, of either version. */
final class SwinChecks {
  private final Sizes sizes;
  private final Problems problems;

  /** What both versions have, and where it stands. */
  private record Sizes(
      String path,
      int imageSize,
      int patch,
      int width,
      List<Integer> depths,
      List<Integer> heads,
      int window,
      float mlpRatio,
      float epsilon) {}

  private SwinChecks(Sizes sizes, Problems problems) {
    this.sizes = sizes;
    this.problems = problems;
  }

  static void check(SwinConfig swin, Problems problems) {
    Sizes sizes =
        new Sizes(
            "model.swin",
            swin.getImageSize(),
            swin.getPatchSize(),
            swin.getWidth(),
            swin.getDepthsList(),
            swin.getHeadsList(),
            swin.getWindow(),
            swin.getMlpRatio(),
            swin.getLayerNormEpsilon());
    new SwinChecks(sizes, problems).check();
  }

  static void check(SwinV2Config swin, Problems problems) {
    Sizes sizes =
        new Sizes(
            "model.swin_v2",
            swin.getImageSize(),
            swin.getPatchSize(),
            swin.getWidth(),
            swin.getDepthsList(),
            swin.getHeadsList(),
            swin.getWindow(),
            swin.getMlpRatio(),
            swin.getLayerNormEpsilon());
    SwinChecks checks = new SwinChecks(sizes, problems);
    checks.check();
    checks.positionWindows(swin.getPositionWindowList());
    problems.notNegative(swin.getBranchNormScale(), checks.path("branch_norm_scale"));
    problems.notNegative(swin.getMainNormInterval(), checks.path("main_norm_interval"));
  }

  private void check() {
    problems.positive(sizes.imageSize(), path("image_size"));
    problems.positive(sizes.patch(), path("patch_size"));
    problems.positive(sizes.width(), path("width"));
    problems.positive(sizes.window(), path("window"));
    problems.positive(sizes.epsilon(), path("layer_norm_epsilon"));
    problems.unless(
        !sizes.depths().isEmpty() && sizes.depths().stream().allMatch(depth -> depth > 0),
        path("depths"),
        "must be blocks of each stage, all above 0, such as [2, 2, 18, 2]; found "
            + sizes.depths());
    boolean sameLength = sizes.heads().size() == sizes.depths().size();
    problems.unless(
        sameLength && sizes.heads().stream().allMatch(heads -> heads > 0),
        path("heads"),
        String.format(
            "must be heads of each stage, all above 0, one for each of depths %s; found %s",
            sizes.depths(), sizes.heads()));
    for (int stage = 0; sameLength && stage < sizes.depths().size(); stage++) {
      widths(stage);
    }
    if (sizes.imageSize() > 0 && sizes.patch() > 0 && sizes.window() > 0) {
      maps();
    }
  }

  private void widths(int stage) {
    long width = (long) sizes.width() << stage;
    int heads = sizes.heads().get(stage);
    problems.unless(
        heads <= 0 || width % heads == 0,
        path("heads"),
        String.format(
            "must divide the width of each stage; stage %d has width %d and %d heads",
            stage + 1, width, heads));
    double hidden = width * (double) sizes.mlpRatio();
    problems.unless(
        hidden >= 1 && hidden <= Integer.MAX_VALUE && hidden == Math.rint(hidden),
        path("mlp_ratio"),
        String.format("times width (%d) must be a whole number from 1, found %s", width, hidden));
  }

  private void positionWindows(List<Integer> windows) {
    boolean sameLength = windows.isEmpty() || windows.size() == sizes.depths().size();
    problems.unless(
        sameLength && windows.stream().allMatch(window -> window >= 0),
        path("position_window"),
        String.format(
            "must be empty or have a side, 0 or above, for each of depths %s; found %s",
            sizes.depths(), windows));
  }

  /** Says the first thing that is wrong with the maps, and the nearest sizes that would do. */
  private void maps() {
    String wrong = wrongMap(sizes.imageSize());
    problems.unless(
        wrong.isEmpty(),
        path("image_size"),
        String.format(
            "%s; with patch_size %d, window %d and %d stages these would do: %s",
            wrong, sizes.patch(), sizes.window(), sizes.depths().size(), nearest()));
  }

  /** Empty where every stage's map divides into windows, or is no larger than one. */
  private String wrongMap(int side) {
    if (side % sizes.patch() != 0) {
      return String.format("must be a multiple of patch_size (%d), found %d", sizes.patch(), side);
    }
    int grid = side / sizes.patch();
    for (int stage = 0; stage < sizes.depths().size(); stage++) {
      if (grid > sizes.window() && grid % sizes.window() != 0) {
        return String.format(
            "%d gives stage %d a map of %d x %d, which windows of %d x %d do not divide",
            side, stage + 1, grid, grid, sizes.window(), sizes.window());
      }
      if (stage + 1 < sizes.depths().size() && grid % 2 != 0) {
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
    int side = sizes.imageSize();
    IntStream below = IntStream.iterate(side - 1, s -> s > 0, s -> s - 1);
    IntStream above = IntStream.rangeClosed(side + 1, side + sizes.patch() * sizes.window() * 1024);
    return IntStream.concat(
            below.filter(s -> wrongMap(s).isEmpty()).limit(1),
            above.filter(s -> wrongMap(s).isEmpty()).limit(1))
        .boxed()
        .toList();
  }

  private String path(String field) {
    return sizes.path() + "." + field;
  }
}
