package org.fdistill.checkpoint;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.fdistill.checkpoint.ParameterOrigin.How;
import org.fdistill.config.UserError;
import org.tensorflow.ndarray.Shape;

/**
 * The weights of a network for the same one on images of another size: tables of positions are
 * resampled as {@code init_from} does it, all else is as it is.
 */
public final class ResampledWeights {
  private final SavedWeights weights;
  private final String before;
  private final Map<String, ParameterOrigin> origins = new LinkedHashMap<>();

  /**
   * Finds a tensor for every parameter.
   *
   * @param weights of the network as it was
   * @param before what their names have before those of the network's
   * @param network as it is to be, with its head
   * @throws UserError of kind input, naming all that is missing or of another shape
   */
  public ResampledWeights(SavedWeights weights, String before, NetworkParameters network) {
    this.weights = weights;
    this.before = before;
    try (BundleReader reader = new BundleReader(weights.prefix())) {
      WeightMatching matching = new WeightMatching(network, own(reader.shapes()));
      matching.origins().forEach(origin -> origins.put(origin.parameter(), origin));
      List<String> unknown =
          matching.origins().stream()
              .filter(origin -> origin.how() == How.KEPT)
              .map(origin -> "- " + origin.parameter() + ": " + origin.note())
              .toList();
      requireNone(matching.problems());
      requireNone(unknown);
    }
  }

  private Map<String, Shape> own(Map<String, Shape> shapes) {
    Map<String, Shape> own = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) -> {
          if (name.startsWith(before)) {
            own.put(name.substring(before.length()), shape);
          }
        });
    return own;
  }

  private void requireNone(List<String> problems) {
    if (!problems.isEmpty()) {
      throw UserError.input(
          weights.origin()
              + ": a checkpoint of another model, or incomplete:\n  "
              + String.join("\n  ", problems));
    }
  }

  /**
   * Reads parameters, one after the other.
   *
   * @param names which, in this order
   * @param receiver of each name and its values, row by row
   */
  public void read(Collection<String> names, BiConsumer<String, float[]> receiver) {
    try (BundleReader reader = new BundleReader(weights.prefix())) {
      for (String name : names) {
        ParameterOrigin origin = origins.get(name);
        receiver.accept(name, origin.change().apply(reader.read(before + origin.source())));
      }
    }
  }
}
