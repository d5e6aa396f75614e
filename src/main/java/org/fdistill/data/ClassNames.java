package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.fdistill.config.UserError;

/** The file {@code classes.txt} that stands beside TFRecord files: one class a line, by label. */
public final class ClassNames {
  private static final String FILE = "classes.txt";

  private ClassNames() {}

  /**
   * Writes the file into a folder, whole or not at all.
   *
   * @throws UserError where the folder's file names other classes: one set of labels would then
   *     mean two things
   */
  public static void write(Path folder, List<String> names) throws IOException {
    List<String> old = beside(folder.resolve(FILE));
    if (!old.isEmpty() && !old.equals(names)) {
      throw UserError.usage(
          String.format(
              "%s names other classes: %d (%s, ...) instead of %d (%s, ...).\n"
                  + "The splits of one data set have the same classes; write this one to another"
                  + " folder.",
              folder.resolve(FILE), old.size(), old.get(0), names.size(), names.get(0)));
    }
    Path unfinished = folder.resolve("." + FILE + ".unfinished");
    Files.write(unfinished, names);
    Files.move(unfinished, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Names from the folder of a file; empty where it has none. */
  static List<String> beside(Path file) {
    Path names = file.resolveSibling(FILE);
    if (!Files.isRegularFile(names)) {
      return List.of();
    }
    try {
      return Files.readAllLines(names);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT, "Cannot read " + names + ": " + e.getMessage() + ".", e);
    }
  }
}
