package org.fdistill.nn;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The transposed convolution of 2 x 2 with stride 2: each place of a map becomes four. Windows do
 * not overlap, so it is one product. Parameters {@code kernel} [2, 2, out, in], as TensorFlow has
 * it for transposed convolutions, and {@code bias} [out]. Letters: B batch, G side of the map, C
 * channels.
 *
 * @param width C, of input and result
 */
public record Upsampling(int width) {
  private static final int FACTOR = 2;

  /**
   * Doubles the sides of a map. First values are PyTorch's: uniform within 1 / sqrt(4 C).
   *
   * @param scope whose path is the layer's name
   * @param x [B, G, G, C]
   * @return [B, 2G, 2G, C]
   */
  public Operand<TFloat32> apply(LayerScope scope, Operand<? extends TFloating> x) {
    Ops tf = scope.tf();
    Precision precision = scope.precision();
    int places = FACTOR * FACTOR;
    int grid = (int) x.shape().get(1);
    Initializer uniform = Initializers.uniform((float) (1 / Math.sqrt((double) places * width)));
    Operand<TFloat32> kernel = scope.parameter("kernel", uniform, FACTOR, FACTOR, width, width);
    Operand<TFloat32> bias = scope.parameter("bias", uniform, width);
    Operand<TFloating> rows =
        tf.reshape(precision.compute(tf, x), tf.constant(new int[] {-1, width}));
    Operand<TFloat32> matrix = tf.reshape(kernel, tf.constant(new int[] {places * width, width}));
    Operand<TFloating> product =
        tf.linalg.matMul(rows, precision.compute(tf, matrix), MatMul.transposeB(true));
    Operand<TFloating> each =
        tf.reshape(product, tf.constant(new int[] {-1, grid, grid, places * width}));
    Operand<TFloating> map = tf.nn.depthToSpace(each, (long) FACTOR);
    return Precision.full(tf, tf.nn.biasAdd(map, precision.compute(tf, bias)));
  }
}
