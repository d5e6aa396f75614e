package org.fdistill.train;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;

/** The last file of a run; where it is whole the run is finished. */
public final class Summary {
  private Summary() {}

  /** The summary's place in a run's folder. */
  public static Path of(Path run) {
    return run.resolve("summary.json");
  }

  /**
   * The entries of a finished run.
   *
   * @param run its folder
   * @throws UserError of kind input, where there is none
   */
  public static JsonObject read(Path run) {
    try {
      return JsonParser.parseString(Files.readString(of(run))).getAsJsonObject();
    } catch (IOException | JsonParseException | IllegalStateException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          of(run) + ": is not the summary of a finished run. Train it to its end first.",
          e);
    }
  }

  /**
   * Adds to the entries of a finished run, in one piece.
   *
   * @param run its folder
   * @param more strings, numbers or booleans by name
   */
  public static void add(Path run, Map<String, ?> more) {
    Map<String, Object> all = new LinkedHashMap<>(read(run).asMap());
    all.putAll(more);
    write(of(run), all);
  }

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
    write(file, summary);
  }

  private static void write(Path file, Map<String, ?> entries) {
    try {
      Json.write(file, entries);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN, file + ": cannot be written: " + FileTrouble.of(e).reason() + ".", e);
    }
  }
}
