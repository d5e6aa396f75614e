package org.fdistill.data.synthetic;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/** A data set that is made, not downloaded: photographs of ten shapes, so to speak. */
public final class SyntheticShapes {
  private SyntheticShapes() {}

  /** The ten classes, by label. */
  public static List<String> classNames() {
    return List.of();
  }

  /**
   * Writes {@code train-*.tfrecord}, {@code validation-*.tfrecord} and {@code classes.txt}. The
   * same arguments give the same bytes.
   *
   * @param directory made where it does not exist
   * @param train number of training examples
   * @param validation number of validation examples
   * @param side the shorter side of the images, in pixels
   * @param seed of every draw
   * @param progress is told how many images are done
   */
  public static void write(
      Path directory, int train, int validation, int side, long seed, LongConsumer progress) {}
}
