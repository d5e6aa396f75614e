package org.fdistill.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;

/** Finds the checkpoint that a user means. It only reads, so a run may be going on. */
public final class CheckpointChoice {
  /** The newest. */
  public static final String LAST = "last";

  /** The one with the best validation. */
  public static final String BEST = "best";

  private static final String STEP_FOLDER = "step-\\d{1,18}";

  private CheckpointChoice() {}

  /**
   * Opens a checkpoint.
   *
   * @param path a run's folder, or a checkpoint's
   * @param choice {@value #LAST}, {@value #BEST} or a step; a checkpoint's own folder needs none
   */
  public static Checkpoint open(Path path, String choice) {
    if (isCheckpoint(path)) {
      return Checkpoint.open(path);
    }
    Map<Long, Path> steps = steps(path);
    if (choice.equals(LAST)) {
      return Checkpoint.open(steps.get(steps.keySet().iterator().next()));
    }
    if (choice.equals(BEST)) {
      return best(path, steps.values().stream().map(Checkpoint::open).toList());
    }
    if (choice.matches("\\d{1,18}") && steps.containsKey(Long.valueOf(choice))) {
      return Checkpoint.open(steps.get(Long.valueOf(choice)));
    }
    throw UserError.usage(
        """
        %s: there is no checkpoint "%s".
        Its checkpoints are of steps %s.
        Choose one of them, %s or %s."""
            .formatted(path, choice, steps.keySet(), LAST, BEST));
  }

  /** The config of the run that wrote a checkpoint. */
  public static RunConfig config(Checkpoint checkpoint) {
    return RunConfigs.parse(
        checkpoint.manifest().config(), checkpoint.folder() + "/manifest.json", List.of());
  }

  /** Whether a folder is a checkpoint's. */
  public static boolean isCheckpoint(Path path) {
    return Files.isRegularFile(path.resolve("manifest.json"));
  }

  /** Whether a folder is a run's. */
  public static boolean isRun(Path path) {
    return Files.isDirectory(path.resolve("checkpoints"));
  }

  /** The checkpoints of a run, by falling step. */
  private static Map<Long, Path> steps(Path path) {
    Map<Long, Path> steps = new TreeMap<>(Comparator.reverseOrder());
    if (isRun(path)) {
      try (Stream<Path> folders = Files.list(path.resolve("checkpoints"))) {
        folders
            .filter(folder -> folder.getFileName().toString().matches(STEP_FOLDER))
            .forEach(folder -> steps.put(step(folder), folder));
      } catch (IOException e) {
        throw new UserError(UserError.Kind.INPUT, path + ": cannot be read: " + e, e);
      }
    }
    if (steps.isEmpty()) {
      throw UserError.input(
          """
          %s: no checkpoint in it.
          Expected a run's folder, with checkpoints/step-N, or the folder of one checkpoint, with \
          manifest.json."""
              .formatted(path));
    }
    return steps;
  }

  private static long step(Path folder) {
    return Long.parseLong(folder.getFileName().toString().substring("step-".length()));
  }

  private static Checkpoint best(Path path, List<Checkpoint> checkpoints) {
    boolean classifies = config(checkpoints.get(0)).hasClassify();
    String criterion = classifies ? "top1" : "loss";
    Comparator<Checkpoint> rising =
        Comparator.comparingDouble(c -> c.manifest().validation().get(criterion));
    return checkpoints.stream()
        .filter(checkpoint -> checkpoint.manifest().validation().containsKey(criterion))
        .min(classifies ? rising.reversed() : rising)
        .orElseThrow(
            () ->
                UserError.input(
                    """
                    %s: none of its checkpoints has been validated (value %s), so none is the best.
                    Choose %s or a step, or train with validation_data."""
                        .formatted(path, criterion, LAST)));
  }
}
