package org.fdistill.task.distill;

import org.fdistill.nn.LayerNorm;
import org.fdistill.proto.DistillTask.TargetNormalization;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;

/**
 * Normalises a teacher's features, each token by itself (Table 3 of the paper).
 *
 * @param kind of the normalisation
 */
record TargetNormalizer(TargetNormalization kind) {
  /** PyTorch's default of a layer norm, which the reference whitens with. */
  private static final float WHITEN_EPSILON = 1e-5f;

  private static final float L2_EPSILON = 1e-12f;

  /**
   * What the student is to predict.
   *
   * @param features [..., Ct]
   * @return the same shape
   */
  Operand<TFloat32> apply(Ops tf, Operand<TFloat32> features) {
    return switch (kind) {
      case WHITEN -> LayerNorm.whiten(tf, features, WHITEN_EPSILON);
      case L2 -> tf.math.div(features, length(tf, features));
      case NONE -> features;
    };
  }

  private static Operand<TFloat32> length(Ops tf, Operand<TFloat32> features) {
    Operand<TFloat32> squares =
        tf.sum(tf.math.square(features), tf.constant(-1), Sum.keepDims(true));
    return tf.math.maximum(tf.math.sqrt(squares), tf.constant(L2_EPSILON));
  }
}
