package org.fdistill.task.distill;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The distance of logits: the Kullback-Leibler divergence from the targets' softmax to the
 * prediction's, at temperature 1, as a mean over the rows. C are the classes here.
 */
record Divergence() implements Distance {
  @Override
  public Operand<TFloat32> mean(Ops tf, Operand<TFloat32> prediction, Operand<TFloat32> targets) {
    return tf.math.mean(perRow(tf, prediction, targets), tf.constant(0));
  }

  @Override
  public Operand<TFloat32> perImage(
      Ops tf, Operand<TFloat32> prediction, Operand<TFloat32> targets, long images) {
    Operand<TFloat32> rows = perRow(tf, prediction, targets);
    return tf.math.mean(tf.reshape(rows, tf.constant(new long[] {images, -1})), tf.constant(1));
  }

  private static Operand<TFloat32> perRow(
      Ops tf, Operand<TFloat32> prediction, Operand<TFloat32> targets) {
    Operand<TFloat32> wanted = tf.nn.logSoftmax(targets);
    Operand<TFloat32> ratio = tf.math.sub(wanted, tf.nn.logSoftmax(prediction));
    return tf.sum(tf.math.mul(tf.math.exp(wanted), ratio), tf.constant(1));
  }
}
