package org.fdistill.task.distill;

import org.fdistill.graph.LayerScope;
import org.fdistill.nn.LayerNorm;
import org.fdistill.proto.DistillTask.TargetNormalization;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;

/**
 * Normalises each token by itself (Table 3 of the paper).
 *
 * @param kind WHITEN, L2 or NONE
 */
record TokenNormalizer(TargetNormalization kind) implements TargetNormalizer {
  /** PyTorch's default of a layer norm, which the reference whitens with. */
  private static final float WHITEN_EPSILON = 1e-5f;

  private static final float L2_EPSILON = 1e-12f;

  @Override
  public Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> features) {
    Ops tf = scope.tf();
    return switch (kind) {
      case WHITEN -> LayerNorm.whiten(tf, features, WHITEN_EPSILON);
      case L2 -> tf.math.div(features, length(tf, features));
      case NONE -> features;
      case STANDARDISE, PHI_S ->
          throw new IllegalStateException(kind + " looks at more than a token");
    };
  }

  private static Operand<TFloat32> length(Ops tf, Operand<TFloat32> features) {
    Operand<TFloat32> squares =
        tf.sum(tf.math.square(features), tf.constant(-1), Sum.keepDims(true));
    return tf.math.maximum(tf.math.sqrt(squares), tf.constant(L2_EPSILON));
  }
}
