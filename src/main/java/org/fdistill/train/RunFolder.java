package org.fdistill.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.fdistill.config.ConfigDiff;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;

/** The folder of one run. While it is open no other process trains in it. */
final class RunFolder implements AutoCloseable {
  private final Path path;
  private final FileChannel lockFile;

  /**
   * Opens a folder for a run, and writes its config where it is new.
   *
   * @param path made where it does not exist
   * @param config resolved
   * @throws UserError where it holds a run of another config, or another process trains in it
   */
  RunFolder(Path path, RunConfig config) {
    this.path = path;
    try {
      Files.createDirectories(path);
      lockFile =
          FileChannel.open(
              path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw unusable(e);
    }
    try {
      lock();
      requireConfig(config);
    } catch (IOException e) {
      close();
      throw unusable(e);
    } catch (UserError e) {
      close();
      throw e;
    }
  }

  private void lock() throws IOException {
    FileLock lock;
    try {
      lock = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw UserError.usage(
          path
              + ": another process trains in this folder.\nWait for it or take another --workdir.");
    }
  }

  private void requireConfig(RunConfig config) throws IOException {
    Path file = path.resolve("config.txtpb");
    if (Files.exists(file) && hasCheckpoints()) {
      List<String> differences =
          ConfigDiff.between(RunConfigs.load(file, List.of()), config, ConfigDiff.HARMLESS);
      if (!differences.isEmpty()) {
        throw UserError.usage(
            path
                + ": this folder holds a run of another config (folder -> yours):\n  "
                + String.join("\n  ", differences)
                + "\nTake another --workdir, or the folder's own config.txtpb to go on with it.");
      }
    }
    RunConfigs.write(file, config);
  }

  /** Without any, such as after a start that failed, there is no run to go on with. */
  private boolean hasCheckpoints() throws IOException {
    Path checkpoints = path.resolve("checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return false;
    }
    try (DirectoryStream<Path> found = Files.newDirectoryStream(checkpoints, "step-*")) {
      return found.iterator().hasNext();
    }
  }

  private UserError unusable(IOException cause) {
    return new UserError(
        UserError.Kind.RUN, path + ": the work folder cannot be used: " + cause, cause);
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /** Writes a file in one piece. */
  void write(String name, String text) {
    try {
      Json.replace(file(name), text);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  Path path() {
    return path;
  }

  /** What a finished run leaves. */
  Path summary() {
    return path.resolve("summary.json");
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw unusable(e);
    }
  }
}
