package org.fdistill.task.distill;

import java.util.Arrays;
import org.fdistill.model.Endpoints;
import org.fdistill.nn.LayerNorm;
import org.fdistill.proto.DistillTask.TargetNormalization;
import org.fdistill.proto.DistillTask.Targets;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;

/** The loss of Feature Distillation (section 3.1 of the paper): smooth-L1 on normalised targets. */
final class Objective {
  /** PyTorch's default of a layer norm, which the reference whitens with. */
  private static final float WHITEN_EPSILON = 1e-5f;

  private static final float L2_EPSILON = 1e-12f;

  private Objective() {}

  /**
   * The features that take part in the loss (Table 2 of the paper).
   *
   * @param classTokens whether student and teacher both have a class token; if not, {@code TOKENS}
   *     are the patches alone. Registers are never compared: they mean nothing to another network
   * @return [rows, C]
   */
  static Operand<TFloat32> selected(
      Ops tf, Endpoints endpoints, Targets targets, boolean classTokens) {
    Operand<TFloat32> features =
        switch (targets) {
          case TOKENS ->
              classTokens ? endpoints.classAndPatchTokens(tf) : endpoints.patchTokens(tf);
          case CLASS_TOKEN -> endpoints.classToken(tf);
          case GAP -> endpoints.pooled(tf);
        };
    return tf.reshape(features, tf.constant(new int[] {-1, endpoints.width()}));
  }

  /**
   * Normalises the teacher's features, each token by itself (Table 3 of the paper).
   *
   * @param features [..., C]
   * @return the same shape
   */
  static Operand<TFloat32> targets(
      Ops tf, Operand<TFloat32> features, TargetNormalization normalization) {
    return switch (normalization) {
      case WHITEN -> LayerNorm.whiten(tf, features, WHITEN_EPSILON);
      case L2 -> tf.math.div(features, length(tf, features));
      case NONE -> features;
    };
  }

  /**
   * The mean of smooth-L1 over all elements: d²/(2 beta) for |d| below beta, |d| - beta/2 above.
   *
   * @param prediction of any shape
   * @param targets of the same shape
   * @return scalar
   */
  static Operand<TFloat32> smoothL1(
      Ops tf, Operand<TFloat32> prediction, Operand<TFloat32> targets, float beta) {
    Operand<TFloat32> difference = tf.math.sub(prediction, targets);
    // With c = d clipped to ±beta both branches are c (d - c/2) / beta, and so are their gradients.
    Operand<TFloat32> clipped = tf.clipByValue(difference, tf.constant(-beta), tf.constant(beta));
    Operand<TFloat32> half = tf.math.mul(clipped, tf.constant(0.5f));
    Operand<TFloat32> timesBeta = tf.math.mul(clipped, tf.math.sub(difference, half));
    return tf.math.div(mean(tf, timesBeta), tf.constant(beta));
  }

  private static Operand<TFloat32> length(Ops tf, Operand<TFloat32> features) {
    Operand<TFloat32> squares =
        tf.sum(tf.math.square(features), tf.constant(-1), Sum.keepDims(true));
    return tf.math.maximum(tf.math.sqrt(squares), tf.constant(L2_EPSILON));
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    int[] axes = new int[x.shape().numDimensions()];
    Arrays.setAll(axes, i -> i);
    return tf.math.mean(x, tf.constant(axes));
  }
}
