package org.fdistill.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.fdistill.config.UserError;
import org.fdistill.weights.StoredTensor;

/**
 * What the buffers of a Swin transformer tell. They follow from the sizes of windows and maps and
 * become no parameter, but no parameter of SwinV2 tells these sizes. Letters: w side of a window, p
 * side of the windows of an earlier training, G side of the map.
 */
record SwinBuffers(NamedTensors tensors) {
  /** Offsets reach from -8 to 8 before the logarithm, which is to base 8. */
  private static final double RANGE = 8;

  private static final long LARGEST_TABLE = 1 << 20;

  /** How far from a whole number p may be, with tables in bfloat16. */
  private static final double ROUNDING = 0.3;

  /** w of the first stage, of the index of pairs [w², w²]; 0 where there is none. */
  int window() {
    return tensors
        .findLeftOut("layers.0.blocks.0.attn.relative_position_index")
        .map(StoredTensor::shape)
        .filter(shape -> shape.length == 2)
        .map(shape -> root(shape[0]))
        .orElse(0);
  }

  /** G of the first stage, of the mask of its first shifted block [G²/w², w², w²]. */
  OptionalInt grid() {
    return tensors
        .findLeftOut("layers.0.blocks.1.attn_mask")
        .map(StoredTensor::shape)
        .filter(shape -> shape.length == 3)
        .map(shape -> OptionalInt.of(root(shape[0]) * root(shape[1])))
        .orElse(OptionalInt.empty());
  }

  /**
   * p of each stage, of its tables of log-spaced offsets, whose largest is log(1 + 8 (w - 1) / (p -
   * 1)) / log 8.
   *
   * @return empty where a stage has no table
   * @throws UserError where a table is no such table
   */
  List<Integer> positionWindows(int stages) {
    List<Integer> windows = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      Optional<StoredTensor> table =
          tensors.findLeftOut("layers." + stage + ".blocks.0.attn.relative_coords_table");
      if (table.isEmpty() || table.get().elements() > LARGEST_TABLE) {
        return List.of();
      }
      windows.add(positionWindow(table.get()));
    }
    return windows;
  }

  private static int positionWindow(StoredTensor table) {
    int window = (root(table.elements() / 2) + 1) / 2;
    if (window < 2) {
      return window;
    }
    double largest = 0;
    for (float value : table.floats()) {
      largest = Math.max(largest, value);
    }
    double exact = 1 + (window - 1) * RANGE / (Math.pow(RANGE, largest) - 1);
    long side = Math.round(exact);
    if (side < 2 || side > LARGEST_TABLE || !(Math.abs(exact - side) < ROUNDING)) {
      throw UserError.input(
          table.name()
              + " holds no log-spaced offsets of SwinV2: its largest value is "
              + largest
              + ".\nExpected log(1 + 8 (w - 1) / (p - 1)) / log 8, with the sides w of a window and p"
              + " of one in which it was trained before.");
    }
    return (int) side;
  }

  private static int root(long square) {
    return (int) Math.round(Math.sqrt((double) square));
  }
}
