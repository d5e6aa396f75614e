package org.fdistill.resample;

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
   * Recognises a table by its number of rows.
   *
   * @param prefix P
   * @return empty where no grid leaves so many rows
   */
  public static Optional<AbsolutePositionTable> ofRows(long rows, int prefix, long width) {
    long side = Math.round(Math.sqrt((double) Math.max(0, rows - prefix)));
    return side > 0 && side * side == rows - prefix
        ? Optional.of(new AbsolutePositionTable((int) side, prefix, Math.toIntExact(width)))
        : Optional.empty();
  }

  /** The number of rows. */
  public int rows() {
    return prefix + grid * grid;
  }

  /** The same network's table on a grid of another side. */
  public AbsolutePositionTable at(int side) {
    return new AbsolutePositionTable(side, prefix, width);
  }

  /**
   * Resizes values. The prefix rows stay.
   *
   * @param side of the wanted grid
   * @param bicubic how
   * @param table the values, row by row
   * @return the values of the table {@link #at} that side
   */
  public double[] resize(int side, Bicubic bicubic, double[] table) {
    return side == grid ? table.clone() : resampling(side, bicubic).apply(table, prefix, 0, width);
  }

  /** As {@link #resize(int, Bicubic, double[])}, with values in float; the sums are in double. */
  public float[] resize(int side, Bicubic bicubic, float[] table) {
    return side == grid ? table.clone() : resampling(side, bicubic).apply(table, prefix, 0, width);
  }

  private GridResampling resampling(int side, Bicubic bicubic) {
    return new GridResampling(bicubic.weights(grid, side));
  }
}
