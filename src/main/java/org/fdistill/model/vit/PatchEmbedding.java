package org.fdistill.model.vit;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The convolution whose stride is its size P, as one product: {@code kernel} [P, P, 3, C] and, if
 * it has one, {@code bias} [C].
 */
record PatchEmbedding(int patch, int width, boolean hasBias, Initializer initializer) {

  /**
   * Makes a token of each patch: its P² pixels as one row [3 P²], times the kernel.
   *
   * @param images [B, S, S, 3]
   * @return [B G², C], row by row
   */
  Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    Precision precision = scope.precision();
    int values = patch * patch * 3;
    Operand<TFloating> pixels =
        tf.reshape(
            tf.nn.spaceToDepth(precision.compute(tf, images), (long) patch),
            tf.constant(new int[] {-1, values}));
    Operand<TFloat32> kernel = scope.parameter("kernel", initializer, patch, patch, 3, width);
    Operand<TFloating> matrix =
        precision.compute(tf, tf.reshape(kernel, tf.constant(new int[] {values, width})));
    Operand<TFloating> product = tf.linalg.matMul(pixels, matrix);
    if (!hasBias) {
      return Precision.full(tf, product);
    }
    Operand<TFloat32> bias = scope.parameter("bias", Initializers.zeros(), width);
    return Precision.full(tf, tf.nn.biasAdd(product, precision.compute(tf, bias)));
  }
}
