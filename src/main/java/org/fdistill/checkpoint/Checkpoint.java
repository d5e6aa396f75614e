package org.fdistill.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.data.DataIdentity;
import org.fdistill.files.FileTrouble;
import org.fdistill.proto.RunConfig;
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
    manifest.requireConfig(folder);
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
      String found = Files.notExists(file) ? "no such file" : FileTrouble.of(e).reason();
      throw damaged(file, found, expected.bytes() + " bytes", e);
    }
  }

  private static UserError damaged(Path file, String found, String expected, Exception cause) {
    return new UserError(
        UserError.Kind.INPUT,
        file + ": damaged: found " + found + ", and its manifest says " + expected + ".",
        cause);
  }

  /** The config of the run that wrote it. */
  public RunConfig runConfig() {
    return manifest.runConfig(folder);
  }

  /**
   * Compares the data that a run would go on with to that of the run so far.
   *
   * @param now the training data as they are
   * @param accepted whether a difference is meant
   * @return what to tell of a difference that is meant; else empty
   * @throws UserError of kind input, where they differ and that is not meant
   */
  public Optional<String> compareData(DataIdentity now, boolean accepted) {
    List<String> differences = manifest.data().differences(now);
    if (differences.isEmpty()) {
      return Optional.empty();
    }
    String what =
        folder
            + ": the training data are not those of the run so far (then -> now):\n  "
            + String.join("\n  ", differences);
    if (!accepted) {
      throw UserError.input(
          what
              + "\n"
              + "Bring the data back, or start anew in another --workdir. To go on with the changed"
              + " data, with other epochs and rates from here on, give --set"
              + " checkpoint.accept_changed_data=true.");
    }
    return Optional.of(what + "\nGoing on with them, as checkpoint.accept_changed_data says.");
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
