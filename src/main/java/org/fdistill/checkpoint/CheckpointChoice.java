package org.fdistill.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;
import org.fdistill.config.UserError;
import org.fdistill.eval.Criterion;
import org.fdistill.files.Lookalikes;
import org.fdistill.proto.RunConfig;

/** Finds the checkpoint that a user means. It only reads, so a run may be going on. */
public final class CheckpointChoice {
  /** The newest. */
  public static final String LAST = "last";

  /** The one with the best validation. */
  public static final String BEST = "best";

  /** How often a reader looks again: a run prunes one checkpoint for each that it writes. */
  private static final int LOOKS = 5;

  private CheckpointChoice() {}

  /**
   * Opens a checkpoint.
   *
   * @param path a run's folder, or a checkpoint's
   * @param choice {@value #LAST}, {@value #BEST} or a step; a checkpoint's own folder needs none
   */
  public static Checkpoint open(Path path, String choice) {
    return read(path, choice, checkpoint -> checkpoint);
  }

  /**
   * Reads a checkpoint. Where the run has meanwhile pruned the one that was chosen, it chooses and
   * reads again.
   *
   * @param reader may run several times
   */
  public static <T> T read(Path path, String choice, Function<Checkpoint, T> reader) {
    return read(path, choice, config -> null, reader);
  }

  /**
   * As {@link #read(Path, String, Function)}.
   *
   * @param criterion of the best, by the run's config; null: that of the run's first network
   */
  public static <T> T read(
      Path path,
      String choice,
      Function<RunConfig, Criterion> criterion,
      Function<Checkpoint, T> reader) {
    if (isCheckpoint(path) && !choice.equals(LAST)) {
      throw UserError.usage(
          path + ": this is one checkpoint.\nTo choose among a run's, name the run's folder.");
    }
    for (int look = 1; ; look++) {
      Path folder = isCheckpoint(path) ? path : choose(path, choice, criterion);
      try {
        return reader.apply(Checkpoint.open(folder));
      } catch (RuntimeException e) {
        if (look == LOOKS || folder.equals(path) || Files.exists(folder)) {
          throw e;
        }
      }
    }
  }

  private static Path choose(Path path, String choice, Function<RunConfig, Criterion> criterion) {
    SortedMap<Long, Path> steps = steps(path);
    if (choice.equals(LAST)) {
      return steps.get(steps.firstKey());
    }
    if (choice.equals(BEST)) {
      return best(path, criterion);
    }
    if (choice.matches("\\d{1,18}") && steps.containsKey(Long.valueOf(choice))) {
      return steps.get(Long.valueOf(choice));
    }
    throw UserError.usage(
        """
        %s: there is no checkpoint "%s".
        Its checkpoints are of steps %s.
        Choose one of them, %s or %s.\
        """
            .formatted(path, choice, steps.keySet(), LAST, BEST));
  }

  /** Whether a folder is a checkpoint's. */
  public static boolean isCheckpoint(Path path) {
    return Files.isRegularFile(path.resolve(Manifest.FILE));
  }

  /** Whether a folder is a run's. */
  public static boolean isRun(Path path) {
    return Files.isDirectory(checkpoints(path));
  }

  private static Path checkpoints(Path run) {
    return run.resolve("checkpoints");
  }

  /** The checkpoints of a run, by falling step. */
  private static SortedMap<Long, Path> steps(Path path) {
    SortedMap<Long, Path> steps = StepFolders.in(checkpoints(path));
    if (steps.isEmpty()) {
      throw UserError.input(
          """
          %s: %s.
          Expected a run's folder, with checkpoints/step-N, or the folder of one checkpoint, with \
          manifest.json.%s\
          """
              .formatted(
                  path,
                  Files.exists(path) ? "no checkpoint in it" : "it does not exist",
                  Lookalikes.hint(path, CheckpointChoice::isRun)));
    }
    return steps;
  }

  /** By the criterion that the run itself keeps its best checkpoint by. */
  private static Path best(Path path, Function<RunConfig, Criterion> asked) {
    List<Checkpoint> checkpoints = StepFolders.readable(checkpoints(path));
    if (checkpoints.isEmpty()) {
      throw UserError.input(path + ": none of its checkpoints has a whole manifest.json.");
    }
    Criterion own = asked.apply(checkpoints.get(0).runConfig());
    Criterion criterion = own == null ? checkpoints.get(0).manifest().criterion() : own;
    return Retention.best(criterion, checkpoints)
        .map(Checkpoint::folder)
        .orElseThrow(
            () ->
                UserError.input(
                    """
                    %s: none of its checkpoints has been validated (value %s), so none is the best.
                    Choose %s or a step, or train with validation_data.\
                    """
                        .formatted(path, criterion.value(), LAST)));
  }

  /** The config of a run, as its newest checkpoint states it; empty where it has none. */
  public static Optional<RunConfig> config(Path run) {
    return StepFolders.readable(checkpoints(run)).stream().findFirst().map(Checkpoint::runConfig);
  }
}
