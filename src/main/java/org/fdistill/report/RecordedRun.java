package org.fdistill.report;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.Lookalikes;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.ScheduleConfig;
import org.fdistill.task.Tasks;
import org.fdistill.train.Summary;

/**
 * What the folder of a run holds for a reader, whether the run is finished, going on or was killed.
 *
 * @param folder of the run
 * @param config as resolved; empty where its file is missing or damaged
 * @param metrics the curves
 * @param summary the final figures; empty where the run is not finished
 * @param messages the last lines of run.log
 */
record RecordedRun(
    Path folder,
    Optional<RunConfig> config,
    Metrics metrics,
    Optional<JsonObject> summary,
    List<String> messages) {
  private static final String CONFIG = "config.txtpb";
  private static final String LOG = "run.log";
  private static final int LINES = 40;

  /**
   * Reads a folder.
   *
   * @throws UserError of kind input, where it is no run's, or cannot be read
   */
  static RecordedRun read(Path folder) {
    requireRun(folder);
    try {
      return new RecordedRun(
          folder,
          config(folder),
          Metrics.read(folder.resolve(Metrics.FILE)),
          summary(folder),
          lastLines(folder.resolve(LOG)));
    } catch (IOException e) {
      String reason = FileTrouble.of(e).located();
      throw new UserError(
          UserError.Kind.INPUT, folder + ": this run cannot be read: " + reason + ".", e);
    }
  }

  private static void requireRun(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw UserError.input(
          folder
              + ": "
              + (Files.exists(folder) ? "this is a file" : "there is no such folder")
              + ".\nExpected the folder of a run, such as runs/NAME.");
    }
    if (!Files.isRegularFile(folder.resolve(CONFIG))
        && !Files.isRegularFile(folder.resolve(Metrics.FILE))
        && !CheckpointChoice.isRun(folder)) {
      throw UserError.input(
          folder
              + ": this folder is no run's: it has neither "
              + CONFIG
              + " nor "
              + Metrics.FILE
              + " nor checkpoints.\nExpected the folder that fdistill train --workdir names."
              + Lookalikes.hint(folder, CheckpointChoice::isRun));
    }
  }

  /** The file that is for people, else what the newest checkpoint states. */
  private static Optional<RunConfig> config(Path folder) throws IOException {
    Path file = folder.resolve(CONFIG);
    try {
      if (Files.isRegularFile(file)) {
        return Optional.of(RunConfigs.parse(Files.readString(file), file.toString(), List.of()));
      }
      return CheckpointChoice.config(folder);
    } catch (UserError e) { // Of another version, or edited: the rest can be shown all the same.
      return Optional.empty();
    }
  }

  private static Optional<JsonObject> summary(Path folder) throws IOException {
    Path file = Summary.of(folder);
    return Files.isRegularFile(file) ? json(file) : Optional.empty();
  }

  /** The object in a file; empty where it holds none, such as half of one. */
  static Optional<JsonObject> json(Path file) throws IOException {
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      return Optional.of(JsonParser.parseString(text).getAsJsonObject());
    } catch (JsonParseException | IllegalStateException e) {
      return Optional.empty();
    }
  }

  private static List<String> lastLines(Path log) throws IOException {
    if (!Files.isRegularFile(log)) {
      return List.of();
    }
    Deque<String> last = new ArrayDeque<>();
    for (String line :
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList()) {
      last.addLast(line);
      if (last.size() > LINES) {
        last.removeFirst();
      }
    }
    return List.copyOf(last);
  }

  /** Its name in the config, else that of its folder. */
  String name() {
    return config
        .map(RunConfig::getName)
        .filter(name -> !name.isEmpty())
        .orElseGet(() -> String.valueOf(folder.toAbsolutePath().normalize().getFileName()));
  }

  /** What it learns, such as distill; empty where no config tells. */
  String task() {
    return config.map(Tasks::name).orElse("");
  }

  /** Finished, or how far it came. */
  String state() {
    if (summary.isPresent()) {
      return "finished";
    }
    return metrics.lastStep() == 0 ? "nothing logged yet" : "not finished";
  }

  /** Steps that are logged, and of how many, where config and log tell. */
  String steps() {
    String done = Figures.whole(metrics.lastStep());
    OptionalDouble total = totalSteps();
    return total.isPresent() && summary.isEmpty()
        ? done + " of " + Figures.whole(Math.round(total.getAsDouble()))
        : done;
  }

  private OptionalDouble totalSteps() {
    if (config.isEmpty()) {
      return OptionalDouble.empty();
    }
    ScheduleConfig schedule = config.get().getSchedule();
    double perEpoch = metrics.stepsPerEpoch();
    if (schedule.getLength().hasSteps()) {
      return OptionalDouble.of((double) schedule.getLength().getSteps());
    }
    return schedule.getLength().hasEpochs() && Double.isFinite(perEpoch)
        ? OptionalDouble.of(schedule.getLength().getEpochs() * perEpoch)
        : OptionalDouble.empty();
  }
}
