package org.fdistill.resample;

/**
 * A linear map from values on a square grid to values on another, the same along rows and columns.
 * Letters: F side of the given grid, T of the wanted one, C channels.
 */
final class GridResampling {
  private final double[][] weights;
  private final int from;
  private final int to;

  /**
   * The map whose weights are the same along both axes.
   *
   * @param weights [T, F], what each wanted position takes from each given one along one axis
   */
  GridResampling(double[][] weights) {
    this.weights = weights;
    to = weights.length;
    from = weights[0].length;
  }

  /**
   * Maps a table, part of whose rows are a grid.
   *
   * @param table [before + F² + after, C]
   * @param before rows in front of the grid, which stay
   * @param after rows behind it, which stay
   * @param channels C
   * @return [before + T² + after, C]
   */
  double[] apply(double[] table, int before, int after, int channels) {
    requireSize(table.length, (before + from * from + after) * channels);
    double[] result = new double[(before + to * to + after) * channels];
    System.arraycopy(table, 0, result, 0, before * channels);
    int kept = after * channels;
    System.arraycopy(table, table.length - kept, result, result.length - kept, kept);
    // Rows of the grid first: [F, F C] to [T, F C]; then the columns within each of them.
    double[] rows = new double[to * from * channels];
    multiply(table, before * channels, rows, 0, from * channels);
    for (int row = 0; row < to; row++) {
      int start = (before + row * to) * channels;
      multiply(rows, row * from * channels, result, start, channels);
    }
    return result;
  }

  /** As the other, with values in float. */
  float[] apply(float[] table, int before, int after, int channels) {
    double[] values = new double[table.length];
    for (int i = 0; i < table.length; i++) {
      values[i] = table[i];
    }
    double[] resized = apply(values, before, after, channels);
    float[] result = new float[resized.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) resized[i];
    }
    return result;
  }

  private static void requireSize(int size, int expected) {
    if (size != expected) {
      throw new IllegalArgumentException(size + " values, expected " + expected);
    }
  }

  /** The weights times a matrix [F, width], which gives one of [T, width]; each has an offset. */
  private void multiply(double[] values, int at, double[] product, int productAt, int width) {
    for (int t = 0; t < to; t++) {
      for (int f = 0; f < from; f++) {
        double weight = weights[t][f];
        for (int i = 0; weight != 0 && i < width; i++) {
          product[productAt + t * width + i] += weight * values[at + f * width + i];
        }
      }
    }
  }
}
