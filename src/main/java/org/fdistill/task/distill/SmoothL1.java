package org.fdistill.task.distill;

import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The distance of features in the paper (section 3.1): d²/(2 beta) for |d| below beta, |d| - beta/2
 * above.
 *
 * @param beta where it turns from quadratic to linear
 */
record SmoothL1(float beta) {
  /**
   * The mean over all elements.
   *
   * @param prediction of any shape
   * @param targets of the same shape
   * @return scalar
   */
  Operand<TFloat32> mean(Ops tf, Operand<TFloat32> prediction, Operand<TFloat32> targets) {
    Operand<TFloat32> difference = tf.math.sub(prediction, targets);
    // With c = d clipped to ±beta both branches are c (d - c/2) / beta, and so are their gradients.
    Operand<TFloat32> clipped = tf.clipByValue(difference, tf.constant(-beta), tf.constant(beta));
    Operand<TFloat32> half = tf.math.mul(clipped, tf.constant(0.5f));
    Operand<TFloat32> timesBeta = tf.math.mul(clipped, tf.math.sub(difference, half));
    int[] axes = new int[timesBeta.shape().numDimensions()];
    Arrays.setAll(axes, i -> i);
    return tf.math.div(tf.math.mean(timesBeta, tf.constant(axes)), tf.constant(beta));
  }
}
