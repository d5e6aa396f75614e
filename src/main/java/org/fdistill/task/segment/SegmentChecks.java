package org.fdistill.task.segment;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.fdistill.config.Problems;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.SegmentInference.Mode;
import org.fdistill.proto.SegmentTask;

/**
 * Checks a config that segments.
 *
 * @param run the whole config
 * @param task its task
 */
record SegmentChecks(RunConfig run, SegmentTask task) {
  private static final int SCALES = 4;

  void check(Problems problems) {
    problems.unless(task.hasClasses(), "segment.classes", "is not set; say how many there are");
    backbone(run.getModel(), problems);
    blocks(task.getBlocksList(), problems);
    inference(problems);
    batch(run.getTrainData(), problems);
    problems.unless(
        run.getTrainData().hasSegmentAugment(),
        "train_data.segment_augment",
        "is not set; crops of image and mask follow from it, such as segment_augment {"
            + " photometric {} }");
    problems.unless(
        !run.getTrainData().hasAugment(),
        "train_data.augment",
        "is set, but segmentation crops image and mask together; set segment_augment");
    source(run.getTrainData(), "train_data", problems);
    source(run.getValidationData(), "validation_data", problems);
  }

  private static void backbone(BackboneConfig model, Problems problems) {
    stages(model.hasSwin(), model.getSwin().getDepthsCount(), "swin", problems);
    stages(model.hasSwinV2(), model.getSwinV2().getDepthsCount(), "swin_v2", problems);
  }

  private static void stages(boolean is, int stages, String name, Problems problems) {
    problems.unless(
        !is || stages == SCALES,
        "model." + name + ".depths",
        String.format(Locale.ROOT, "must have %d stages for UPerNet, found %d", SCALES, stages));
  }

  private void blocks(List<Integer> blocks, Problems problems) {
    if (blocks.isEmpty()) {
      return;
    }
    int depth = run.getModel().getVit().getDepth();
    problems.unless(
        run.getModel().hasVit(), "segment.blocks", "is set, but only a vit has a choice of blocks");
    problems.unless(
        blocks.size() == SCALES,
        "segment.blocks",
        String.format(Locale.ROOT, "needs %d blocks, found %d", SCALES, blocks.size()));
    problems.unless(
        !run.getModel().hasVit() || Collections.max(blocks) == depth - 1,
        "segment.blocks",
        String.format(
            Locale.ROOT,
            "must reach the last block (%d of model.vit.depth %d), found %s; blocks after the last"
                + " one would never be trained",
            depth - 1,
            depth,
            blocks));
  }

  private void inference(Problems problems) {
    int stride = task.getInference().getStride();
    int side = run.getTrainData().getImageSize();
    problems.unless(
        task.getInference().getMode() == Mode.WHOLE || stride <= side || side == 0,
        "segment.inference.stride",
        String.format(
            Locale.ROOT,
            "must not be above the image size (%d), or pixels are left out; found %d",
            side,
            stride));
  }

  /** Batch norm of the pyramid's coarsest scale has one value an image. */
  private void batch(DataConfig data, Problems problems) {
    int accumulation = Math.max(1, run.getOptimizer().getAccumulation());
    problems.unless(
        data.getBatchSize() / accumulation > 1,
        "train_data.batch_size",
        String.format(
            Locale.ROOT,
            "must leave at least 2 images for a micro-batch, whose statistics batch norm takes;"
                + " found %d and optimizer.accumulation %d",
            data.getBatchSize(),
            accumulation));
  }

  private static void source(DataConfig data, String path, Problems problems) {
    problems.unless(
        !data.hasImageFolder() && !data.hasTar(),
        path + (data.hasTar() ? ".tar" : ".image_folder"),
        "has no masks; set segmentation_folder { path: ... }");
  }
}
