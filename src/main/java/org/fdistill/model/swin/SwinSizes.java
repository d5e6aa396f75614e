package org.fdistill.model.swin;

import java.util.List;
import org.fdistill.proto.SwinConfig;

/**
 * What both versions have in common. Letters: S image side, P patch side, C width of the first
 * stage.
 *
 * @param imageSize S
 * @param patch P
 * @param width C
 * @param depths blocks of each stage
 * @param heads of each stage
 * @param window side of a window in tokens
 * @param mlpRatio hidden width of an MLP over its width
 * @param epsilon of all norms
 */
record SwinSizes(
    int imageSize,
    int patch,
    int width,
    List<Integer> depths,
    List<Integer> heads,
    int window,
    float mlpRatio,
    float epsilon) {

  static SwinSizes of(SwinConfig config) {
    return new SwinSizes(
        config.getImageSize(),
        config.getPatchSize(),
        config.getWidth(),
        config.getDepthsList(),
        config.getHeadsList(),
        config.getWindow(),
        config.getMlpRatio(),
        config.getLayerNormEpsilon());
  }

  int stages() {
    return depths.size();
  }

  /** Blocks of the whole network. */
  int blocks() {
    return blocksBefore(stages());
  }

  /** Blocks of the stages before one. */
  int blocksBefore(int stage) {
    return depths.subList(0, stage).stream().mapToInt(Integer::intValue).sum();
  }

  /** Hidden width of an MLP. */
  int hidden(int width) {
    return (int) (width * mlpRatio);
  }

  Stage stage(int number) {
    int grid = (imageSize / patch) >> number;
    return new Stage(
        number,
        grid,
        width << number,
        depths.get(number),
        heads.get(number),
        Math.min(window, grid));
  }

  Stage lastStage() {
    return stage(stages() - 1);
  }
}
