package org.fdistill.model.swin;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.nn.Dense;
import org.fdistill.nn.LayerNorm;
import org.fdistill.nn.RowPermutation;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The convolution whose stride is its size P, as one product, and a norm: {@code kernel} [P, P, 3,
 * C], {@code bias} [C], {@code norm}. The pixels are put into the order of the first stage, when
 * they are fewest.
 *
 * @param patch P
 * @param width C
 * @param epsilon of the norm
 * @param kernel first value of the kernel
 * @param bias first value of the bias
 */
record PatchEmbedding(int patch, int width, float epsilon, Initializer kernel, Initializer bias) {

  /**
   * Makes a token of each patch: its P² pixels as one row [3 P²], times the kernel, then the norm.
   *
   * @param images [B, S, S, 3]
   * @param order of the result
   * @return [B N, C]
   */
  Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> images, RowPermutation order) {
    Ops tf = scope.tf();
    int values = patch * patch * 3;
    Operand<TFloating> pixels =
        tf.reshape(
            tf.nn.spaceToDepth(scope.precision().compute(tf, images), (long) patch),
            tf.constant(new int[] {-1, values}));
    Operand<TFloat32> weights = scope.parameter("kernel", kernel, patch, patch, 3, width);
    Operand<TFloat32> matrix = tf.reshape(weights, tf.constant(new int[] {values, width}));
    Operand<TFloat32> offset = scope.parameter("bias", bias, width);
    Operand<TFloating> embedded =
        Dense.product(scope, order.apply(tf, pixels, values), matrix, offset);
    return new LayerNorm(width, epsilon).apply(scope.at("norm"), Precision.full(tf, embedded));
  }
}
