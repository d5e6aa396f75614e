package org.fdistill.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.fdistill.config.UserError;
import org.tensorflow.ndarray.Shape;

/**
 * A whole checkpoint on the disk.
 *
 * @param folder its folder, {@code step-N}
 * @param manifest what it says of itself
 */
public record Checkpoint(Path folder, Manifest manifest) {
  private static final String BUNDLE = "variables";

  /** The prefix of the bundle's files, as TensorFlow's restore takes it. */
  public Path prefix() {
    return prefix(folder);
  }

  static Path prefix(Path folder) {
    return folder.resolve(BUNDLE);
  }

  /**
   * Opens a checkpoint and checks that its files are those that were written.
   *
   * @throws UserError of kind input, where it is truncated, changed or no checkpoint at all
   */
  public static Checkpoint open(Path folder) {
    Manifest manifest = Manifest.read(folder);
    manifest.files().forEach((name, expected) -> check(folder.resolve(name), expected));
    return new Checkpoint(folder, manifest);
  }

  private static void check(Path file, FileDigest expected) {
    try {
      long size = Files.size(file);
      if (size != expected.bytes()) {
        throw damaged(file, size + " bytes", expected.bytes() + " bytes", null);
      }
      FileDigest actual = FileDigest.of(file);
      if (!actual.equals(expected)) {
        throw damaged(file, "checksum " + actual.crc32c(), expected.crc32c(), null);
      }
    } catch (IOException e) {
      throw damaged(file, "a file that cannot be read", expected.bytes() + " bytes", e);
    }
  }

  private static UserError damaged(Path file, String found, String expected, Exception cause) {
    return new UserError(
        UserError.Kind.INPUT,
        file + ": damaged: found " + found + ", and its manifest says " + expected + ".",
        cause);
  }

  /**
   * Checks that the bundle has what a graph needs.
   *
   * @param expected shape of each variable, by name
   * @throws UserError of kind input, naming all that is missing or of another shape
   */
  public void requireVariables(Map<String, Shape> expected) {
    SavedWeights.of(this).requireVariables(expected);
  }
}
