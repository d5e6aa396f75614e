package org.fdistill.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.WholeFile;

/** A file of figures that a command writes beside what it prints; looked at before the work. */
final class ReportFile {
  private final Path path;

  /**
   * Takes the place of the figures.
   *
   * @throws UserError of kind usage, where nothing could be written there in the end
   */
  ReportFile(Path path) {
    this.path = path;
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw UserError.usage(path + ": there is no folder " + folder + " to write the figures to.");
    }
    if (Files.isDirectory(path)) {
      throw UserError.usage(path + ": this is a folder; name a file for the figures.");
    }
    Path written = isReplaced() ? folder : path;
    if (!Files.isWritable(written)) {
      throw UserError.usage(path + ": the figures could not be written there: permission denied.");
    }
  }

  /** Writes the figures in one piece; what was there before goes. */
  void write(String json) {
    try {
      if (!isReplaced()) {
        Files.writeString(path, json);
        return;
      }
      WholeFile.write(path, json);
    } catch (IOException e) {
      FileTrouble trouble = FileTrouble.of(e);
      throw new UserError(
          UserError.Kind.RUN,
          path + ": the figures could not be written: " + trouble.reason() + "." + trouble.advice(),
          e);
    }
  }

  /** Not so of a device such as {@code /dev/stdout}: text goes into it. */
  private boolean isReplaced() {
    return Files.isRegularFile(path) || Files.notExists(path);
  }
}
