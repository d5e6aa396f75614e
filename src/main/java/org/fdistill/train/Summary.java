package org.fdistill.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;

/** The last file of a run; where it is whole the run is finished. */
final class Summary {
  private Summary() {}

  /** Whether a run has written its summary; what a crash left of one is none. */
  static boolean isWhole(Path file) {
    try {
      return Files.exists(file) && Json.step(Files.readString(file)).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Writes the summary of a run whose steps are done, in one piece.
   *
   * @param seconds that the process trained
   * @param more further entries
   */
  static void write(
      Path file, String name, RunEnd.Finished run, double seconds, Map<String, Object> more) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("name", name);
    summary.put("step", run.last().manifest().progress().step());
    summary.put("seconds", seconds);
    run.validation().forEach((value, number) -> summary.put("validation_" + value, number));
    summary.putAll(more);
    try {
      Json.write(file, summary);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN, file + ": cannot be written: " + FileTrouble.of(e).reason() + ".", e);
    }
  }
}
