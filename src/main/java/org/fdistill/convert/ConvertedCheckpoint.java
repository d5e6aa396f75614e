package org.fdistill.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.export.WeightSource;
import org.fdistill.resample.Resampling;
import org.fdistill.resample.TableResizing;
import org.fdistill.weights.StoredTensor;
import org.tensorflow.ndarray.Shape;

/** The tensors of a checkpoint as the weights of a network. */
final class ConvertedCheckpoint implements WeightSource {
  private static final int LISTED_VALUES = 20;

  private final NamedTensors tensors;
  private final Positions positions;
  private final Map<String, TableResizing> resampled = new TreeMap<>();

  ConvertedCheckpoint(NamedTensors tensors, Positions positions) {
    this.tensors = tensors;
    this.positions = positions;
  }

  /** The tables that were brought to another size. */
  Map<String, TableResizing> resampled() {
    return resampled;
  }

  /** Whether the channels of a parameter were brought to other places. */
  boolean movesChannels(String name) {
    return positions.rotaryPairs().moves(name);
  }

  /** How absolute positions were brought to another size; empty where they were not. */
  Optional<Resampling> resampling() {
    return resampled.keySet().stream().anyMatch(name -> name.endsWith(Positions.ABSOLUTE))
        ? Optional.of(positions.resampling())
        : Optional.empty();
  }

  @Override
  public void requireVariables(Map<String, Shape> expected) {
    List<String> problems = new ArrayList<>();
    new TreeMap<>(expected).forEach((name, shape) -> check(name, shape.asArray(), problems));
    tensors
        .parameters()
        .forEach(
            (name, assembly) -> {
              if (!expected.containsKey(name)) {
                problems.add("+ " + assembly.sources() + ": the network has no " + name);
              }
            });
    for (StoredTensor tensor : tensors.unknown()) {
      problems.add("+ " + tensor.name() + " " + Arrays.toString(tensor.shape()) + ": not known");
    }
    if (!problems.isEmpty()) {
      throw UserError.input(
          """
          The checkpoint does not fit the network that its tensors describe (%s's names, under "%s"):
            %s
          (- missing, + unexpected, ! of another shape or type.) Is the file whole, and --arch the \
          right one?"""
              .formatted(
                  tensors.dialect().name(), tensors.prefix(), String.join("\n  ", problems)));
    }
  }

  private void check(String name, long[] expected, List<String> problems) {
    Assembly assembly = tensors.parameters().get(name);
    if (assembly == null) {
      problems.add("- " + name + " " + Arrays.toString(expected) + ": missing");
    } else if (!assembly.problem().isEmpty()) {
      problems.add("! " + name + ": " + assembly.problem());
    } else if (!AxisOrder.alike(assembly.shape(), expected)) {
      Optional<TableResizing> resizing = positions.resizing(name, assembly.shape(), expected);
      if (resizing.isPresent()) {
        resampled.put(name, resizing.get());
      } else {
        problems.add(
            "! %s: found %s, which makes %s, expected %s"
                .formatted(
                    name,
                    assembly.sources(),
                    Arrays.toString(assembly.shape()),
                    Arrays.toString(expected)));
      }
    }
  }

  @Override
  public void load(Receiver network) {
    List<String> broken = new ArrayList<>();
    for (String name : network.shapes().keySet()) {
      Assembly assembly = tensors.parameters().get(name);
      float[] values = positions.rotaryPairs().inOurOrder(name, assembly.values());
      int bad = notFinite(values);
      if (bad > 0) {
        broken.add("%s: %,d of %,d".formatted(assembly.sources(), bad, values.length));
      } else {
        TableResizing how = resampled.get(name);
        network.assign(name, how == null ? values : how.values().apply(values));
      }
    }
    if (!broken.isEmpty()) {
      throw UserError.input(
          "The checkpoint holds numbers that are not finite (NaN or infinite):\n  "
              + String.join("\n  ", broken.stream().limit(LISTED_VALUES).toList())
              + (broken.size() > LISTED_VALUES ? "\n  and more" : "")
              + "\nThe training that wrote it has diverged, or the file is damaged; take another"
              + " one.");
    }
  }

  private static int notFinite(float[] values) {
    int count = 0;
    for (float value : values) {
      count += Float.isFinite(value) ? 0 : 1;
    }
    return count;
  }
}
