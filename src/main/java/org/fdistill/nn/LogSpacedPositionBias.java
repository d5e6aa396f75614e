package org.fdistill.nn;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * SwinV2's continuous position bias (arXiv 2111.09883, section 3.3): a small network from the
 * log-spaced offset of two tokens to one value for each head, between 0 and 16. Parameters {@code
 * fc1/kernel} [2, 512], {@code fc1/bias} [512] and {@code fc2/kernel} [512, H], all in float32.
 *
 * @param window w, the side of the window in tokens
 * @param positionWindow the side that offsets are divided by: w, or that of the windows in which
 *     the weights were learnt
 * @param heads H
 * @param kernel first value of both kernels
 */
public record LogSpacedPositionBias(int window, int positionWindow, int heads, Initializer kernel) {
  private static final int HIDDEN = 512;

  /** Offsets reach from -8 to 8 before the logarithm, which is to base 8. */
  private static final double RANGE = 8;

  private static final float LARGEST = 16;

  /**
   * Computes the bias of every pair of tokens.
   *
   * @param scope whose path is the network's
   * @param index from {@link RelativePositionBias#index}
   * @return [H, N, N], by head, query and key
   */
  public Operand<TFloat32> apply(LayerScope scope, Operand<TInt32> index) {
    Ops tf = scope.tf();
    LayerScope fc1 = scope.at("fc1");
    LayerScope fc2 = scope.at("fc2");
    int side = 2 * window - 1;
    Operand<TFloat32> offsets =
        tf.reshape(tf.constant(offsets()), tf.constant(new int[] {side * side, 2}));
    Operand<TFloat32> inner = tf.linalg.matMul(offsets, fc1.parameter("kernel", kernel, 2, HIDDEN));
    Operand<TFloat32> bias = fc1.parameter("bias", Initializers.zeros(), HIDDEN);
    Operand<TFloat32> active = tf.nn.relu(tf.nn.biasAdd(inner, bias));
    Operand<TFloat32> values =
        tf.linalg.matMul(active, fc2.parameter("kernel", kernel, HIDDEN, heads));
    Operand<TFloat32> table = tf.math.mul(tf.math.sigmoid(values), tf.constant(LARGEST));
    return new RelativePositionBias(window, false, heads).lookUp(tf, table, index);
  }

  /** Rows, then columns, of each offset of the table, flattened: [(2w-1)², 2]. */
  float[] offsets() {
    int side = 2 * window - 1;
    float[] offsets = new float[2 * side * side];
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        int at = 2 * (row * side + column);
        offsets[at] = logSpaced(row - window + 1);
        offsets[at + 1] = logSpaced(column - window + 1);
      }
    }
    return offsets;
  }

  private float logSpaced(int offset) {
    double scaled = offset * RANGE / Math.max(1, positionWindow - 1);
    return (float) (Math.signum(scaled) * Math.log1p(Math.abs(scaled)) / Math.log(RANGE));
  }
}
