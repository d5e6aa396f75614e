package org.fdistill.nn;

import java.util.List;
import java.util.function.BiFunction;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The formulas of {@link LayerNorm} and of its gradient.
 *
 * @param mean of each row, [rows, 1]: what is fast depends on where they run
 */
record LayerNormFormulas(BiFunction<Ops, Operand<TFloat32>, Operand<TFloat32>> mean) {
  /**
   * Rows at zero mean and unit variance.
   *
   * @param rows [rows, width]
   * @param mean that was taken from them, [rows, 1]
   * @param inverseDeviation that they were multiplied by then, [rows, 1]
   */
  record Normalized(
      Operand<TFloat32> rows, Operand<TFloat32> mean, Operand<TFloat32> inverseDeviation) {
    /** Each row times the scale, plus the offset. */
    Operand<TFloat32> affine(Ops tf, Operand<TFloat32> scale, Operand<TFloat32> offset) {
      return tf.math.add(tf.math.mul(rows, scale), offset);
    }
  }

  /** Of rows [rows, width]. */
  Normalized normalized(Ops tf, Operand<TFloat32> x, Operand<TFloat32> epsilon) {
    Operand<TFloat32> mean = mean().apply(tf, x);
    Operand<TFloat32> centred = tf.math.sub(x, mean);
    Operand<TFloat32> variance = mean().apply(tf, tf.math.square(centred));
    Operand<TFloat32> inverse = tf.math.rsqrt(tf.math.add(variance, epsilon));
    return new Normalized(tf.math.mul(centred, inverse), mean, inverse);
  }

  /**
   * The terms of the gradient. With h the normalised row, r its inverse deviation, s the scale and
   * g = upstream s: r (g - mean(g) - h mean(g h)) for x; for scale and offset upstream h and
   * upstream, to be summed over the rows.
   *
   * @param dy upstream
   * @return three of [rows, width]
   */
  List<Operand<TFloat32>> slopes(
      Ops tf,
      Operand<TFloat32> h,
      Operand<TFloat32> r,
      Operand<TFloat32> scale,
      Operand<TFloat32> dy) {
    Operand<TFloat32> scaled = tf.math.mul(dy, scale);
    Operand<TFloat32> along = mean().apply(tf, tf.math.mul(scaled, h));
    Operand<TFloat32> removed = tf.math.add(tf.math.mul(h, along), mean().apply(tf, scaled));
    return List.of(tf.math.mul(tf.math.sub(scaled, removed), r), tf.math.mul(dy, h), dy);
  }
}
