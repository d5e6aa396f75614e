package org.fdistill.nn;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Two linear layers, {@code fc1} and {@code fc2}, with the exact (erf) GELU between them.
 *
 * @param width of input and output
 * @param hidden width between
 * @param fc1 first value of the first kernel
 * @param fc2 first value of the second kernel
 */
public record Mlp(int width, int hidden, Initializer fc1, Initializer fc2) {

  /**
   * Applies the layers.
   *
   * @param x [rows, width]
   * @return [rows, width], in the precision of products
   */
  public Operand<TFloating> apply(LayerScope scope, Operand<TFloat32> x) {
    Operand<TFloating> up = Dense.of(width, hidden, fc1).apply(scope.at("fc1"), x);
    Operand<TFloating> active = gelu(scope.tf(), up);
    return Dense.of(hidden, width, fc2).apply(scope.at("fc2"), active);
  }

  /** x Φ(x), with Φ by the error function. */
  static <T extends TFloating> Operand<T> gelu(Ops tf, Operand<T> x) {
    Operand<T> half = tf.dtypes.cast(tf.constant(0.5f), x.type());
    Operand<T> rootHalf = tf.dtypes.cast(tf.constant((float) Math.sqrt(0.5)), x.type());
    Operand<T> erf = tf.math.erf(tf.math.mul(x, rootHalf));
    return tf.math.mul(x, tf.math.add(tf.math.mul(erf, half), half));
  }
}
