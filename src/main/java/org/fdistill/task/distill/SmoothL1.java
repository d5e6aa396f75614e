package org.fdistill.task.distill;

import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The distance of features in the paper (section 3.1): the mean over all elements of d²/(2 beta)
 * for |d| below beta, |d| - beta/2 above.
 *
 * @param beta where it turns from quadratic to linear
 */
record SmoothL1(float beta) implements Distance {
  @Override
  public Operand<TFloat32> mean(Ops tf, Operand<TFloat32> prediction, Operand<TFloat32> targets) {
    Operand<TFloat32> timesBeta = timesBeta(tf, prediction, targets);
    int[] axes = new int[timesBeta.shape().numDimensions()];
    Arrays.setAll(axes, i -> i);
    return tf.math.div(tf.math.mean(timesBeta, tf.constant(axes)), tf.constant(beta));
  }

  @Override
  public Operand<TFloat32> perImage(
      Ops tf, Operand<TFloat32> prediction, Operand<TFloat32> targets, long images) {
    Operand<TFloat32> elements =
        tf.reshape(timesBeta(tf, prediction, targets), tf.constant(new long[] {images, -1}));
    return tf.math.div(tf.math.mean(elements, tf.constant(1)), tf.constant(beta));
  }

  private Operand<TFloat32> timesBeta(
      Ops tf, Operand<TFloat32> prediction, Operand<TFloat32> targets) {
    Operand<TFloat32> difference = tf.math.sub(prediction, targets);
    // With c = d clipped to ±beta both branches are c (d - c/2) / beta, and so are their gradients.
    Operand<TFloat32> clipped = tf.clipByValue(difference, tf.constant(-beta), tf.constant(beta));
    Operand<TFloat32> half = tf.math.mul(clipped, tf.constant(0.5f));
    return tf.math.mul(clipped, tf.math.sub(difference, half));
  }
}
