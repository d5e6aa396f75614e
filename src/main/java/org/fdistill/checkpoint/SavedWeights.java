package org.fdistill.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.fdistill.config.UserError;
import org.fdistill.graph.SavedModelFolder;
import org.tensorflow.Session;
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
    Map<String, Shape> found = shapes();
    found.keySet().retainAll(expected.keySet());
    String differences = differences(new TreeMap<>(expected), found);
    if (!differences.isEmpty()) {
      throw UserError.input(
          origin + ": a checkpoint of another model, or incomplete:" + differences);
    }
  }

  /**
   * Loads one network's parameters. What else the source holds, such as the moments of an optimiser
   * or another task's head, is left out.
   *
   * @param scope what the names of the network's parameters start with
   * @param parameters shape of each parameter of the receiving network, by name
   * @param files restore ops of the receiving graph
   * @return what was loaded and what was left out, for the user
   * @throws UserError of kind input, naming every parameter that is missing on either side or of
   *     another shape
   */
  public String load(
      String scope, Map<String, Shape> parameters, VariableFiles files, Session session) {
    Map<String, Shape> all = shapes();
    Map<String, Shape> found = new TreeMap<>(all);
    found.keySet().removeIf(name -> !name.startsWith(scope + "/") || isSlot(name, all));
    String differences = differences(new TreeMap<>(parameters), found);
    if (!differences.isEmpty()) {
      throw UserError.input(
          origin
              + ": weights of another network:"
              + differences
              + "\nThe network's description (model) must be the one that they were trained with.");
    }
    files.restore(session, prefix, parameters.keySet());
    long numbers = parameters.values().stream().mapToLong(Shape::size).sum();
    return String.format(
        "Initial weights from %s: all %d parameters of %s (%,d numbers).%s",
        origin, parameters.size(), scope, numbers, leftOut(all, found));
  }

  private Map<String, Shape> shapes() {
    try (BundleReader reader = new BundleReader(prefix)) {
      return new TreeMap<>(reader.shapes());
    }
  }

  /** An optimiser's slot stands below its parameter's name. */
  private static boolean isSlot(String name, Map<String, Shape> all) {
    return all.containsKey(name.substring(0, Math.max(0, name.lastIndexOf('/'))));
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
    found.forEach(
        (name, shape) -> {
          if (!wanted.containsKey(name)) {
            lines.append("\n  + ").append(name).append(": not in the network, ").append(shape);
          }
        });
    return lines.toString();
  }

  private static String leftOut(Map<String, Shape> all, Map<String, Shape> loaded) {
    Map<String, Integer> counts = new TreeMap<>();
    all.keySet().stream()
        .filter(name -> !loaded.containsKey(name))
        .forEach(name -> counts.merge(isSlot(name, all) ? "slots" : first(name), 1, Integer::sum));
    return counts.isEmpty()
        ? ""
        : counts.entrySet().stream()
            .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
            .collect(Collectors.joining(", ", " Left out: ", "."));
  }

  private static String first(String name) {
    return name.substring(0, (name + "/").indexOf('/'));
  }
}
