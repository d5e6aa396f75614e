package org.fdistill.resample;

import java.util.Arrays;
import java.util.Optional;

/**
 * A table of absolute positions [P + G², C]: P rows for tokens in front of the patches, then a row
 * for each patch, by rows of the grid.
 *
 * @param grid G
 * @param prefix P
 * @param width C
 */
public record AbsolutePositionTable(int grid, int prefix, int width) {
  /**
   * Recognises a table by its shape.
   *
   * @param prefix P
   * @param shape [P + G², C] or, where P is 0, [G, G, C]; sizes of 1 may stand in front
   * @return empty where it is that of no square grid
   */
  public static Optional<AbsolutePositionTable> ofShape(int prefix, long... shape) {
    int from = 0;
    while (shape.length - from > 2 && shape[from] == 1) {
      from++;
    }
    long[] sizes = Arrays.copyOfRange(shape, from, shape.length);
    boolean square = sizes.length == 3 && prefix == 0 && sizes[0] == sizes[1];
    if (sizes.length != 2 && !square) {
      return Optional.empty();
    }
    long patches = square ? sizes[0] * sizes[1] : sizes[0] - prefix;
    long side = Math.round(Math.sqrt((double) Math.max(0, patches)));
    return side > 0 && side * side == patches
        ? Optional.of(
            new AbsolutePositionTable(
                Math.toIntExact(side), prefix, Math.toIntExact(sizes[sizes.length - 1])))
        : Optional.empty();
  }

  /** The same network's table on a grid of another side. */
  public AbsolutePositionTable at(int side) {
    return new AbsolutePositionTable(side, prefix, width);
  }

  /**
   * Resizes values, in double. The prefix rows stay.
   *
   * @param side of the wanted grid
   * @param resampling how
   * @param table the values, row by row
   * @return the values of the table {@link #at} that side
   */
  public float[] resize(int side, Resampling resampling, float[] table) {
    return side == grid ? table.clone() : map(side, resampling).apply(table, prefix, 0, width);
  }

  private GridResampling map(int side, Resampling resampling) {
    return new GridResampling(resampling.weights(grid, side));
  }
}
