package org.fdistill.data;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/** Packs a folder of images into TFRecord shards. */
public final class ImageFolderConversion {
  private ImageFolderConversion() {}

  /**
   * What was written.
   *
   * @param files the shards
   * @param examples how many examples they hold
   * @param bad files that were left out, each with its reason
   */
  public record Summary(List<Path> files, long examples, List<String> bad) {}

  /**
   * Writes {@code SPLIT-00000-of-0000N.tfrecord} and, where the folder has classes, {@code
   * classes.txt}. Nothing appears under its final name before all is written.
   *
   * @param from a folder of class folders, or a flat folder of images
   * @param to the folder to write to
   * @param split start of the file names, such as train
   * @param shards how many files
   * @param progress is told how many images are done
   */
  public static Summary convert(
      Path from, Path to, String split, int shards, LongConsumer progress) {
    throw new UnsupportedOperationException();
  }
}
