package org.fdistill.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.ConfigDiff;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.FolderLock;
import org.fdistill.files.WholeFile;
import org.fdistill.graph.BundlePath;
import org.fdistill.proto.RunConfig;

/** The folder of one run. While it is open no other process trains in it. */
final class RunFolder implements AutoCloseable {
  /** Names the training images that were left out. */
  static final String UNREADABLE_TRAINING = "unreadable-training-images.txt";

  /** Names the validation images that were left out. */
  static final String UNREADABLE_VALIDATION = "unreadable-validation-images.txt";

  /** Tells each class's part in the last validation; the name without its ending. */
  static final String CLASSES = "validation-classes";

  private final Path path;
  private final FolderLock lock;

  /**
   * Opens a folder for a run, and writes its config where it is new.
   *
   * @param path made where it does not exist
   * @param config resolved
   * @throws UserError where it holds a run of another config, another process trains in it, or
   *     TensorFlow could not read checkpoints in it
   */
  RunFolder(Path path, RunConfig config) {
    this.path = path;
    BundlePath.require(path);
    requireNoFile(path);
    try {
      Files.createDirectories(path);
      lock = FolderLock.take(path).orElseThrow(() -> inUse(path));
    } catch (IOException e) {
      throw unusable(e);
    }
    try {
      requireConfig(config);
      RunConfigs.write(path.resolve("config.txtpb"), config);
    } catch (IOException e) {
      close();
      throw unusable(e);
    } catch (UserError e) {
      close();
      throw e;
    }
  }

  private static void requireNoFile(Path path) {
    if (Files.isRegularFile(path)) {
      throw UserError.usage(
          path + ": this is a file, and a run needs a folder.\nTake another --workdir.");
    }
  }

  private static UserError inUse(Path path) {
    return UserError.usage(
        path + ": another process trains in this folder.\nWait for it or take another --workdir.");
  }

  /**
   * The checkpoints say whose run this is; config.txtpb is for people. Without a checkpoint, such
   * as after a start that failed, there is no run to go on with.
   */
  private void requireConfig(RunConfig config) {
    List<String> differences =
        CheckpointChoice.config(path)
            .map(theirs -> ConfigDiff.between(theirs, config, ConfigDiff.HARMLESS))
            .orElse(List.of());
    if (!differences.isEmpty()) {
      throw UserError.usage(
          path
              + ": this folder holds a run of another config (folder -> yours):\n  "
              + String.join("\n  ", differences)
              + "\nTake another --workdir, or the folder's own config.txtpb to go on with it.");
    }
  }

  private UserError unusable(IOException cause) {
    return new UserError(
        UserError.Kind.RUN,
        path + ": the work folder cannot be used: " + FileTrouble.of(cause).sentence(),
        cause);
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /** Writes a file in one piece. */
  void write(String name, String text) {
    try {
      WholeFile.write(file(name), text);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Removes a file that an earlier start may have left. */
  void remove(String name) {
    try {
      Files.deleteIfExists(file(name));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Removes what was found in the course of an earlier start: this one may have other data. */
  void removeFindings() {
    List.of(UNREADABLE_TRAINING, UNREADABLE_VALIDATION, CLASSES + ".txt", CLASSES + ".json")
        .forEach(this::remove);
  }

  Path path() {
    return path;
  }

  /** What a finished run leaves. */
  Path summary() {
    return Summary.of(path);
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw unusable(e);
    }
  }
}
