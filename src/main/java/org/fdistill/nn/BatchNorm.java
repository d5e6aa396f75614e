package org.fdistill.nn;

import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Variable;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Batch norm (arXiv 1502.03167) in float32, as PyTorch has it. Training normalises with the mean
 * and the biased variance of the micro-batch (of all replicas together), and moves the running
 * statistics {@code mean} and {@code variance} (unbiased) a tenth of the way to the batch's;
 * inference normalises with the running statistics. They are variables of state: part of checkpoint
 * and export.
 *
 * @param width C, of the last axis
 * @param epsilon added to the variance
 * @param affine whether there are scale and offset
 */
public record BatchNorm(int width, float epsilon, boolean affine) {
  private static final float TORCH_EPSILON = 1e-5f;

  /** The share of a batch in the running statistics. */
  private static final float MOMENTUM = 0.1f;

  /** With PyTorch's default epsilon. */
  public BatchNorm(int width) {
    this(width, TORCH_EPSILON, true);
  }

  /**
   * Normalises each channel over batch and places, then scales and shifts by the parameters {@code
   * scale} and {@code offset} if it is affine.
   *
   * @param scope whose path is the layer's name
   * @param x [B, H, W, C]
   * @return the same shape
   */
  public Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> x) {
    Operand<TFloat32> scale = parameter(scope, "scale", 1);
    Operand<TFloat32> offset = parameter(scope, "offset", 0);
    Variable mean = scope.state("mean", Initializers.zeros(), width);
    Variable variance = scope.state("variance", Initializers.ones(), width);
    FusedBatchNorm.Options options = FusedBatchNorm.epsilon(epsilon).isTraining(scope.isTraining());
    if (!scope.isTraining()) {
      return scope
          .tf()
          .nn
          .fusedBatchNorm(x, scale, offset, mean.value(), variance.value(), options)
          .y();
    }
    if (scope.replicas().areMany()) {
      return overReplicas(scope, x, scale, offset, mean, variance);
    }
    Operand<TFloat32> none = scope.tf().zeros(scope.tf().constant(new int[] {0}), TFloat32.class);
    FusedBatchNorm<TFloat32, TFloat32> normed =
        scope.tf().nn.fusedBatchNorm(x, scale, offset, none, none, options);
    scope.update(moved(scope.tf(), mean, normed.batchMean()));
    scope.update(moved(scope.tf(), variance, normed.batchVariance()));
    return normed.y();
  }

  /** Mean and variance are those of all replicas' maps together, which no kernel has. */
  private Operand<TFloat32> overReplicas(
      LayerScope scope,
      Operand<TFloat32> x,
      Operand<TFloat32> scale,
      Operand<TFloat32> offset,
      Variable mean,
      Variable variance) {
    Ops tf = scope.tf();
    Operand<TInt32> places = tf.constant(new int[] {0, 1, 2});
    Operand<TFloat32> batchMean = scope.replicas().mean(tf, tf.math.mean(x, places));
    Operand<TFloat32> centred = tf.math.sub(x, batchMean);
    Operand<TFloat32> biased =
        scope.replicas().mean(tf, tf.math.mean(tf.math.square(centred), places));
    long count = x.shape().size() / width * scope.replicas().count();
    Operand<TFloat32> unbiased =
        tf.math.mul(biased, tf.constant((float) count / Math.max(1, count - 1)));
    scope.update(moved(tf, mean, batchMean));
    scope.update(moved(tf, variance, unbiased));
    Operand<TFloat32> factor =
        tf.math.mul(scale, tf.math.rsqrt(tf.math.add(biased, tf.constant(epsilon))));
    return tf.math.add(tf.math.mul(centred, factor), offset);
  }

  private Operand<TFloat32> parameter(LayerScope scope, String name, float initial) {
    if (affine) {
      return scope.parameter(name, Initializers.constant(initial), width);
    }
    Ops tf = scope.tf();
    return tf.fill(tf.constant(new int[] {width}), tf.constant(initial));
  }

  private static Op moved(Ops tf, Variable running, Operand<TFloat32> batch) {
    Operand<TFloat32> step =
        tf.math.mul(tf.math.sub(batch, running.value()), tf.constant(MOMENTUM));
    return tf.assignVariableOp(running.handle(), tf.math.add(running.value(), step));
  }
}
