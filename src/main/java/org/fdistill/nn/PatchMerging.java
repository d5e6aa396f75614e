package org.fdistill.nn;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Swin's step to the next stage: each square of four tokens becomes one of twice the width, by the
 * layer {@code reduction} without a bias, and {@code norm}. Letters: B batch, G grid side, C width.
 *
 * @param grid G, even
 * @param width C
 * @param normFirst whether the norm is on the four tokens [4C], as in V1, or on the result [2C]
 * @param epsilon of the norm
 * @param kernel first value of the reduction
 */
public record PatchMerging(
    int grid, int width, boolean normFirst, float epsilon, Initializer kernel) {

  /**
   * Puts the four tokens of each square side by side, [4C], and projects them to [2C]. The rows
   * arrive in the order of the next stage's windows, in the same pass over memory.
   *
   * @param scope whose path is the layer's name
   * @param x [B G², C]
   * @param from the order of the rows of x: the number of each in the map read row by row
   * @param to the order of the rows of the result, in its map of G/2 by G/2
   * @return [B (G/2)², 2C]
   */
  public Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> x, int[] from, int[] to) {
    Ops tf = scope.tf();
    Operand<TFloat32> gathered = RowPermutation.between(from, neighbours(to)).apply(tf, x, width);
    Operand<TFloat32> fours = tf.reshape(gathered, tf.constant(new int[] {-1, 4 * width}));
    LayerNorm norm = new LayerNorm((normFirst ? 4 : 2) * width, epsilon);
    Dense reduction = new Dense(4 * width, 2 * width, kernel, null);
    LayerScope inner = scope.at("reduction");
    return normFirst
        ? Precision.full(tf, reduction.apply(inner, norm.forProducts(scope.at("norm"), fours)))
        : norm.apply(scope.at("norm"), reduction.apply(inner, fours));
  }

  /**
   * The four tokens of each square: even row and even column, odd and even, even and odd, odd and
   * odd.
   */
  int[] neighbours(int[] squares) {
    int[] tokens = new int[4 * squares.length];
    for (int i = 0; i < squares.length; i++) {
      int row = 2 * (squares[i] / (grid / 2));
      int column = 2 * (squares[i] % (grid / 2));
      for (int part = 0; part < 4; part++) {
        tokens[4 * i + part] = (row + part % 2) * grid + column + part / 2;
      }
    }
    return tokens;
  }
}
