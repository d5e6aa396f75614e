package org.fdistill.nn;

import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/**
 * Layer norm over the last axis, with the biased variance, in float32.
 *
 * @param width of the last axis
 * @param epsilon added to the variance
 */
public record LayerNorm(int width, float epsilon) {

  /** Normalises without parameters: the whitening of Feature Distillation's targets. */
  public static Operand<TFloat32> whiten(Ops tf, Operand<TFloat32> x, float epsilon) {
    Operand<TFloat32> centred = tf.math.sub(x, mean(tf, x));
    Operand<TFloat32> variance = mean(tf, tf.math.square(centred));
    return tf.math.mul(centred, tf.math.rsqrt(tf.math.add(variance, tf.constant(epsilon))));
  }

  /**
   * Normalises, then scales and shifts by the parameters {@code scale} and {@code offset}.
   *
   * @param scope whose path is the layer's name
   * @param x [rows, width]
   * @return the same shape
   */
  public Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> x) {
    Ops tf = scope.tf();
    Operand<TFloat32> scale = scope.parameter("scale", Initializers.ones(), width);
    Operand<TFloat32> offset = scope.parameter("offset", Initializers.zeros(), width);
    return tf.math.add(tf.math.mul(whiten(tf, x, epsilon), scale), offset);
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(-1), Mean.keepDims(true));
  }
}
