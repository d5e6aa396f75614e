package org.fdistill.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.graph.BundleIndex;
import org.fdistill.graph.SavedModelFolder;
import org.tensorflow.ndarray.Shape;

/**
 * The weights of a network that was trained before.
 *
 * @param origin where they come from, for messages
 * @param prefix of the bundle that holds them
 */
public record SavedWeights(String origin, Path prefix) {
  /**
   * Finds weights.
   *
   * @param path a run's folder (its newest checkpoint is taken), a checkpoint's, or an export
   * @throws UserError of kind input, where there are none
   */
  public static SavedWeights find(Path path) {
    if (SavedModelFolder.isAt(path)) {
      SavedModelFolder model = SavedModelFolder.read(path);
      return new SavedWeights(model.path().toString(), model.weights());
    }
    if (CheckpointChoice.isRun(path) || CheckpointChoice.isCheckpoint(path)) {
      return of(CheckpointChoice.open(path, CheckpointChoice.LAST));
    }
    throw UserError.input(
        path
            + ": no weights in it.\nExpected a run's folder, with checkpoints/step-N, the folder of"
            + " one checkpoint, with manifest.json, or an export of fdistill, with "
            + SavedModelFolder.FILE
            + ".\nRelative paths start at "
            + Path.of("").toAbsolutePath()
            + ".");
  }

  /** The weights of a checkpoint. */
  public static SavedWeights of(Checkpoint checkpoint) {
    return new SavedWeights(checkpoint.folder().toString(), checkpoint.prefix());
  }

  /**
   * Checks that all that a graph needs is there.
   *
   * @param expected shape of each variable, by name
   * @throws UserError of kind input, naming all that is missing or of another shape
   */
  public void requireVariables(Map<String, Shape> expected) {
    Map<String, Shape> found = BundleIndex.read(prefix).shapes();
    String differences = differences(new TreeMap<>(expected), found);
    if (!differences.isEmpty()) {
      throw UserError.input(
          origin + ": a checkpoint of another model, or incomplete:" + differences);
    }
  }

  private static String differences(Map<String, Shape> wanted, Map<String, Shape> found) {
    StringBuilder lines = new StringBuilder();
    wanted.forEach(
        (name, shape) -> {
          if (!found.containsKey(name)) {
            lines.append("\n  - ").append(name).append(": missing");
          } else if (!found.get(name).equals(shape)) {
            String both = ": found " + found.get(name) + ", expected " + shape;
            lines.append("\n  ! ").append(name).append(both);
          }
        });
    return lines.toString();
  }
}
