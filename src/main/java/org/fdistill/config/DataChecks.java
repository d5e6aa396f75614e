package org.fdistill.config;

import java.util.List;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.Normalization;

/** Checks the values of a data set's description. */
final class DataChecks {
  private final Problems problems;
  private final String path;

  private DataChecks(Problems problems, String path) {
    this.problems = problems;
    this.path = path;
  }

  static void check(DataConfig data, String path, Problems problems) {
    new DataChecks(problems, path).check(data);
  }

  private void check(DataConfig data) {
    source(data);
    problems.positive(data.getImageSize(), at("image_size"));
    problems.positive(data.getBatchSize(), at("batch_size"));
    if (data.hasAugment()) {
      augment(data.getAugment());
    }
    double crop = data.getEvalCrop().getCropFraction();
    problems.unless(
        crop > 0 && crop <= 1,
        at("eval_crop.crop_fraction"),
        String.format(
            "must be above 0 and at most 1, found %s", data.getEvalCrop().getCropFraction()));
    normalization(data.getNormalization(), at("normalization"), problems);
    problems.notNegative(data.getDecodeThreads(), at("decode_threads"));
    problems.positive(data.getPrefetchBatches(), at("prefetch_batches"));
    problems.within(data.getMaxBadShare(), 0, 1, at("max_bad_share"));
  }

  private void source(DataConfig data) {
    switch (data.getSourceCase()) {
      case TFRECORD -> {
        List<String> paths = data.getTfrecord().getPathList();
        problems.unless(
            !paths.isEmpty() && paths.stream().noneMatch(String::isBlank),
            at("tfrecord.path"),
            "is empty; name the files, such as path: \"data/train-*.tfrecord\"");
      }
      case IMAGE_FOLDER ->
          problems.unless(
              !data.getImageFolder().getPath().isBlank(),
              at("image_folder.path"),
              "is empty; name the folder");
      case NOISE -> {
        problems.positive(data.getNoise().getExamples(), at("noise.examples"));
        problems.positive(data.getNoise().getClasses(), at("noise.classes"));
      }
      case SOURCE_NOT_SET ->
          problems.unless(
              false, path, "has no source; set exactly one of tfrecord, image_folder, noise");
    }
  }

  private void augment(AugmentConfig augment) {
    problems.unless(
        augment.getMinScale() > 0
            && augment.getMinScale() <= augment.getMaxScale()
            && augment.getMaxScale() <= 1,
        at("augment"),
        String.format(
            "needs 0 < min_scale <= max_scale <= 1, found min_scale %s and max_scale %s",
            augment.getMinScale(), augment.getMaxScale()));
    problems.unless(
        augment.getMinRatio() > 0
            && augment.getMinRatio() <= augment.getMaxRatio()
            && Float.isFinite(augment.getMaxRatio()),
        at("augment"),
        String.format(
            "needs 0 < min_ratio <= max_ratio, found min_ratio %s and max_ratio %s",
            augment.getMinRatio(), augment.getMaxRatio()));
    problems.within(augment.getFlipProbability(), 0, 1, at("augment.flip_probability"));
  }

  /** Three means and three positive deviations, or none of both. */
  static void normalization(Normalization values, String path, Problems problems) {
    problems.unless(
        values.getMeanCount() == 0 || values.getMeanCount() == 3,
        path + ".mean",
        String.format("needs 3 values (red, green, blue), found %d", values.getMeanCount()));
    problems.unless(
        values.getStdCount() == 0 || values.getStdCount() == 3,
        path + ".std",
        String.format("needs 3 values (red, green, blue), found %d", values.getStdCount()));
    problems.unless(
        values.getMeanList().stream().allMatch(Float::isFinite),
        path + ".mean",
        String.format("must be finite, found %s", values.getMeanList()));
    problems.unless(
        values.getStdList().stream().allMatch(std -> Float.isFinite(std) && std > 0),
        path + ".std",
        String.format("must be above 0, found %s", values.getStdList()));
  }

  private String at(String field) {
    return Fields.join(path, field);
  }
}
