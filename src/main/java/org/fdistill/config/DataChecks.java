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
    if (data.hasAugment()) {
      augment(data.getAugment());
    }
    normalization(data.getNormalization(), at("normalization"), problems);
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
      case SEGMENTATION_FOLDER ->
          problems.unless(
              !data.getSegmentationFolder().getPath().isBlank(),
              at("segmentation_folder.path"),
              "is empty; name the folder that holds images and annotations");
      case NOISE -> {}
      case SOURCE_NOT_SET ->
          problems.unless(
              false, path, "has no source; set exactly one of tfrecord, image_folder, segmentation_folder,"
                  + " noise");
    }
  }

  private void augment(AugmentConfig augment) {
    ordered(augment.getMinScale(), augment.getMaxScale(), "min_scale", "max_scale");
    ordered(augment.getMinRatio(), augment.getMaxRatio(), "min_ratio", "max_ratio");
  }

  private void ordered(float low, float high, String lowName, String highName) {
    problems.unless(
        low <= high,
        at("augment." + lowName),
        String.format("must not be above %s, found %s and %s", highName, low, high));
  }

  /** Three means and three deviations, or none of both. */
  static void normalization(Normalization values, String path, Problems problems) {
    problems.unless(
        values.getMeanCount() == 0 || values.getMeanCount() == 3,
        path + ".mean",
        String.format("needs 3 values (red, green, blue), found %d", values.getMeanCount()));
    problems.unless(
        values.getStdCount() == 0 || values.getStdCount() == 3,
        path + ".std",
        String.format("needs 3 values (red, green, blue), found %d", values.getStdCount()));
  }

  private String at(String field) {
    return Fields.join(path, field);
  }
}
