package org.fdistill.config;

import java.util.List;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.PhotometricConfig;
import org.fdistill.proto.RandomErasingConfig;
import org.fdistill.proto.ReadOrder;
import org.fdistill.proto.SegmentAugmentConfig;

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
    problems.unless(
        data.getOrder() != ReadOrder.BLOCKS || data.hasTfrecord() || data.hasTar(),
        at("order"),
        "BLOCKS is for tfrecord and tar, whose files hold many examples one after the other; leave"
            + " it out");
    if (data.hasAugment()) {
      augment(data.getAugment());
    }
    problems.unless(
        !data.hasAugment() || !data.hasSegmentAugment(),
        at("segment_augment"),
        "stands beside augment; set one of both");
    if (data.hasSegmentAugment()) {
      segmentAugment(data.getSegmentAugment());
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
      case TAR ->
          problems.unless(
              data.getTar().getPathCount() > 0
                  && data.getTar().getPathList().stream().noneMatch(String::isBlank),
              at("tar.path"),
              "is empty; name the files, such as path: \"data/train-*.tar\"");
      case NOISE -> {}
      case SOURCE_NOT_SET ->
          problems.unless(
              false,
              path,
              "has no source; set exactly one of tfrecord, image_folder, segmentation_folder,"
                  + " tar, noise");
    }
  }

  private void augment(AugmentConfig augment) {
    ordered("augment.", augment.getMinScale(), augment.getMaxScale(), "min_scale", "max_scale");
    ordered("augment.", augment.getMinRatio(), augment.getMaxRatio(), "min_ratio", "max_ratio");
    RandomErasingConfig erasing = augment.getRandomErasing();
    ordered(
        "augment.random_erasing.",
        erasing.getMinArea(),
        erasing.getMaxArea(),
        "min_area",
        "max_area");
    problems.unless(
        !augment.hasMixup()
            || augment.getMixup().getMixupAlpha() > 0
            || augment.getMixup().getCutmixAlpha() > 0,
        at("augment.mixup"),
        "mixes nothing: mixup_alpha and cutmix_alpha are both 0; leave the message out instead");
  }

  private void segmentAugment(SegmentAugmentConfig augment) {
    String within = "segment_augment.";
    ordered(within, augment.getMinRatio(), augment.getMaxRatio(), "min_ratio", "max_ratio");
    PhotometricConfig colours = augment.getPhotometric();
    within += "photometric.";
    ordered(
        within, colours.getMinContrast(), colours.getMaxContrast(), "min_contrast", "max_contrast");
    ordered(
        within,
        colours.getMinSaturation(),
        colours.getMaxSaturation(),
        "min_saturation",
        "max_saturation");
  }

  private void ordered(String within, float low, float high, String lowName, String highName) {
    problems.unless(
        low <= high,
        at(within + lowName),
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
