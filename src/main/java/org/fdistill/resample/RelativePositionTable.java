package org.fdistill.resample;

import java.util.Optional;

/**
 * A table of relative position biases [(2G-1)² + R, H]: a row for each offset of two positions, by
 * rows and then columns, and R rows for pairs with the class token. BEiT's has three of these,
 * Swin's none, and G is then the side of a window.
 *
 * @param grid G
 * @param classRows R
 * @param heads H
 */
public record RelativePositionTable(int grid, int classRows, int heads) {
  /** R of a network with a class token: as query, as key, and both. */
  public static final int CLASS_ROWS = 3;

  /**
   * Recognises a table by its shape [rows, H]. Squares of odd numbers are odd, and with three rows
   * more even.
   *
   * @return empty where no grid has so many rows
   */
  public static Optional<RelativePositionTable> ofShape(long... shape) {
    if (shape.length != 2) {
      return Optional.empty();
    }
    int classRows = shape[0] % 2 == 0 ? CLASS_ROWS : 0;
    long offsets = Math.round(Math.sqrt((double) (shape[0] - classRows)));
    return offsets * offsets == shape[0] - classRows && offsets > 0
        ? Optional.of(
            new RelativePositionTable(
                Math.toIntExact((offsets + 1) / 2), classRows, Math.toIntExact(shape[1])))
        : Optional.empty();
  }

  /** The same network's table on a grid of another side. */
  public RelativePositionTable at(int side) {
    return new RelativePositionTable(side, classRows, heads);
  }

  /**
   * Resizes values by BEiT's geometric interpolation, in double. The rows of the class token stay.
   *
   * @param side of the wanted grid
   * @param table the values, row by row
   * @return the values of the table {@link #at} that side
   */
  public float[] resize(int side, float[] table) {
    return side == grid ? table.clone() : resampling(side).apply(table, 0, classRows, heads);
  }

  private GridResampling resampling(int side) {
    return new GridResampling(GeometricOffsets.weights(grid, side));
  }
}
