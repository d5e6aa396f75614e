package org.fdistill.task.distill;

import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Variable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/**
 * PHI-S (arXiv 2410.01680): features less their mean, turned and scaled by one matrix R, so that
 * every channel has variance 1. {@link TargetStatistics} gives mean and R their values, before the
 * first step; until then {@code estimated} is 0.
 */
record PhiStandardizer() implements TargetNormalizer {
  static final String MEAN = "mean";
  static final String ROTATION = "rotation";
  static final String ESTIMATED = "estimated";

  @Override
  public Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> features) {
    Ops tf = scope.tf();
    long width = features.shape().get(1);
    Variable mean = scope.statistic(MEAN, Initializers.zeros(), width);
    Variable rotation = scope.statistic(ROTATION, Initializers.zeros(), width, width);
    scope.statistic(ESTIMATED, Initializers.zeros());
    return tf.linalg.matMul(
        tf.math.sub(features, mean.value()), rotation.value(), MatMul.transposeB(true));
  }
}
