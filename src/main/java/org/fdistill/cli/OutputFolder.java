package org.fdistill.cli;

import java.nio.file.Path;
import org.fdistill.config.UserError;

/** The folder where a command's results go. */
final class OutputFolder {
  private OutputFolder() {}

  /**
   * Keeps results, pictures among them, away from images that are read.
   *
   * @throws UserError of kind usage, where both are one folder
   */
  static void requireApart(Path input, Path out) {
    if (input.toAbsolutePath().normalize().equals(out.toAbsolutePath().normalize())) {
      throw UserError.usage(
          out + ": results would take the place of what is read there. Take another --out.");
    }
  }
}
