package org.fdistill.config;

import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.DataConfig;

/** Checks that a task can follow the augmentation that is asked for. */
public final class AugmentChecks {
  private AugmentChecks() {}

  /**
   * For tasks that take images as they come: what belongs to batches of normalised images and their
   * labels would be left out without a word.
   *
   * @param data of training
   * @param task its name in the config
   */
  public static void pixelsAlone(DataConfig data, String task, Problems problems) {
    AugmentConfig augment = data.getAugment();
    String belongs = "belongs to classify; the task is " + task + ", leave it out";
    problems.unless(!augment.hasRandomErasing(), "train_data.augment.random_erasing", belongs);
    problems.unless(!augment.hasMixup(), "train_data.augment.mixup", belongs);
  }
}
