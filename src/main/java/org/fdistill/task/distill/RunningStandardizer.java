package org.fdistill.task.distill;

import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Variable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Standardises each channel by exponential means of its mean and variance over the tokens of
 * training. With decay a the t-th micro-batch counts r = (1 - a)/(1 - a^t), so that the first one
 * counts all and none is favoured; mean m and (biased) variance v become
 *
 * <pre>{@code m + r d   and   (1 - r) v + r vb + r (1 - r) d²   where d = mb - m}</pre>
 *
 * <p>mb and vb being the micro-batch's own, over all replicas. Training takes the statistics with
 * its own micro-batch in them, validation as they stand.
 *
 * @param decay a
 */
record RunningStandardizer(float decay) implements TargetNormalizer {
  private static final float EPSILON = 1e-6f;

  @Override
  public Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> features) {
    Ops tf = scope.tf();
    long width = features.shape().get(1);
    Variable mean = scope.statistic("mean", Initializers.zeros(), width);
    Variable variance = scope.statistic("variance", Initializers.ones(), width);
    Variable weight = scope.statistic("weight", Initializers.zeros());
    if (!scope.isTraining()) {
      return standardized(tf, features, mean.value(), variance.value());
    }
    Operand<TFloat32> fresh = tf.constant(1 - decay);
    Operand<TFloat32> sum = tf.math.add(tf.math.mul(weight.value(), tf.constant(decay)), fresh);
    Operand<TFloat32> share = tf.math.div(fresh, sum);
    Operand<TFloat32> rest = tf.math.sub(tf.constant(1f), share);
    Operand<TFloat32> batchMean = scope.replicas().mean(tf, tf.math.mean(features, tf.constant(0)));
    Operand<TFloat32> difference = tf.math.sub(batchMean, mean.value());
    Operand<TFloat32> moved = tf.math.add(mean.value(), tf.math.mul(share, difference));
    Operand<TFloat32> between = tf.math.mul(tf.math.mul(share, rest), tf.math.square(difference));
    Operand<TFloat32> within =
        tf.math.add(
            tf.math.mul(rest, variance.value()),
            tf.math.mul(share, scope.replicas().mean(tf, variance(tf, features, batchMean))));
    Operand<TFloat32> spread = tf.math.add(within, between);
    scope.update(tf.assignVariableOp(mean.handle(), moved));
    scope.update(tf.assignVariableOp(variance.handle(), spread));
    scope.update(tf.assignVariableOp(weight.handle(), sum));
    return standardized(tf, features, moved, spread);
  }

  private static Operand<TFloat32> variance(
      Ops tf, Operand<TFloat32> features, Operand<TFloat32> mean) {
    Operand<TFloat32> squares = tf.math.square(tf.math.sub(features, mean));
    return tf.math.mean(squares, tf.constant(0));
  }

  private static Operand<TFloat32> standardized(
      Ops tf, Operand<TFloat32> features, Operand<TFloat32> mean, Operand<TFloat32> variance) {
    Operand<TFloat32> deviation = tf.math.sqrt(tf.math.add(variance, tf.constant(EPSILON)));
    return tf.math.div(tf.math.sub(features, mean), deviation);
  }
}
