package org.fdistill.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.fdistill.data.TarIndexes;
import org.fdistill.proto.DataConfig;

/** Says that tar files are gone through before they are used, which takes a while. */
final class TarNotice {
  private static final double GB = 1e9;

  private TarNotice() {}

  /** A line for each file that was not gone through yet. */
  static void print(Console console, DataConfig... data) {
    for (DataConfig config : data) {
      for (Path file : TarIndexes.missing(config)) {
        console.note(
            String.format(
                Locale.ROOT,
                "Reading %s (%.1f GB) once, to find its images; later runs know them.",
                file,
                bytes(file) / GB));
      }
    }
  }

  private static long bytes(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // Who opens it says why.
    }
  }
}
