package org.fdistill.model.segment;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.Bilinear;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Pyramid pooling (arXiv 1612.01105): means over 1, 4, 9 and 36 parts of a map, each through a
 * unit, brought back to the map's sides and put beside it.
 *
 * <p>The means of all scales are one product with a constant matrix. Part i of s along a side of G
 * places goes from floor(i G / s) to ceil((i + 1) G / s), so that parts overlap where s does not
 * divide G, as in PyTorch's adaptive pooling.
 *
 * @param channels of each unit
 */
record PyramidPooling(int channels) {
  private static final int[] SCALES = {1, 2, 3, 6};

  /**
   * Builds the units.
   *
   * @param map [B, G, G, C]
   * @return [B, G, G, C + 4 channels]
   */
  Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> map) {
    Ops tf = scope.tf();
    int grid = (int) map.shape().get(1);
    int width = (int) map.shape().get(3);
    Operand<TFloat32> means = means(tf, map);
    List<Operand<TFloat32>> parts = new ArrayList<>(List.of(map));
    int start = 0;
    for (int i = 0; i < SCALES.length; i++) {
      int side = SCALES[i];
      Operand<TFloat32> rows =
          tf.slice(
              means,
              tf.constant(new int[] {0, start, 0}),
              tf.constant(new int[] {-1, side * side, width}));
      Operand<TFloat32> pooled = tf.reshape(rows, tf.constant(new int[] {-1, side, side, width}));
      LayerScope own = scope.at(Integer.toString(i));
      Operand<TFloat32> unit = new ConvolutionUnit(1, channels).apply(own, pooled);
      parts.add(Bilinear.resize(tf, unit, grid));
      start += side * side;
    }
    return tf.concat(parts, tf.constant(3));
  }

  /** The means over the parts of all scales, [B, 50, C]. */
  private static Operand<TFloat32> means(Ops tf, Operand<TFloat32> map) {
    int grid = (int) map.shape().get(1);
    int width = (int) map.shape().get(3);
    Operand<TFloat32> places = tf.reshape(map, tf.constant(new int[] {-1, grid * grid, width}));
    float[][] weights = weights(grid);
    Operand<TFloat32> matrix =
        tf.reshape(
            tf.constant(StdArrays.ndCopyOf(weights)),
            tf.constant(Shape.of(1, weights.length, (long) grid * grid)));
    return tf.train.batchMatMul(matrix, places, TFloat32.class);
  }

  /** A row for each part, a column for each place of a map of G by G. */
  private static float[][] weights(int grid) {
    List<float[]> rows = new ArrayList<>();
    for (int side : SCALES) {
      for (int part = 0; part < side * side; part++) {
        rows.add(row(grid, side, part / side, part % side));
      }
    }
    return rows.toArray(float[][]::new);
  }

  private static float[] row(int grid, int side, int down, int across) {
    float[] row = new float[grid * grid];
    int top = down * grid / side;
    int bottom = end(down, grid, side);
    int left = across * grid / side;
    int right = end(across, grid, side);
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        row[y * grid + x] = 1f / ((bottom - top) * (right - left));
      }
    }
    return row;
  }

  private static int end(int part, int grid, int side) {
    return ((part + 1) * grid + side - 1) / side;
  }
}
