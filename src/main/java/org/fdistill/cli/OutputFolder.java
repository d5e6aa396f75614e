package org.fdistill.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.config.UserError;
import org.fdistill.graph.SavedModelFolder;

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

  /**
   * Keeps results out of SavedModels, which are copied and served as whole folders.
   *
   * @param setting that names the folder, such as {@code --out}
   * @throws UserError of kind usage, where the folder is one or lies right in one
   */
  static void requireOutsideOfModels(Path out, String setting) {
    Path folder = out.toAbsolutePath().normalize();
    requireNoModel(folder, setting);
    Path parent = folder.getParent();
    if (parent != null && Files.isReadable(parent)) {
      requireNoModel(parent, setting);
    }
  }

  private static void requireNoModel(Path folder, String setting) {
    if (SavedModelFolder.isAt(folder)) {
      throw UserError.usage(
          "%s is a SavedModel, which is copied and served as a whole: no place for results.\nTake another %s."
              .formatted(folder, setting));
    }
  }
}
