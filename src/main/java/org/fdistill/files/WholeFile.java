package org.fdistill.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes files in one piece: whoever reads one finds the old content or the new, and all of it. */
public final class WholeFile {
  private WholeFile() {}

  /** As {@link #write(Path, byte[])}, in UTF-8. */
  public static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Puts bytes in place of a file, if there is one. They are on the disk under another name before
   * the file gets its own, so that neither a full disk nor a power cut leaves a part of it.
   *
   * @throws IOException where that fails; the old file is as it was, and nothing is left beside it
   */
  public static void write(Path file, byte[] bytes) throws IOException {
    Path partial = file.resolveSibling("." + file.getFileName() + ".partial");
    try {
      Files.write(partial, bytes);
      Folders.forceOne(partial);
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(partial);
      throw e;
    }
  }
}
