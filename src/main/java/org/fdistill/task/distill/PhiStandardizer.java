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
  /**
   * Its variables.
   *
   * @param mean [Ct]
   * @param rotation R [Ct, Ct]
   * @param estimated 1 where both hold values, else 0
   */
  record State(Variable mean, Variable rotation, Variable estimated) {}

  /** The variables of a scope. */
  static State state(LayerScope scope, long width) {
    return new State(
        scope.statistic("mean", Initializers.zeros(), width),
        scope.statistic("rotation", Initializers.zeros(), width, width),
        scope.statistic("estimated", Initializers.zeros()));
  }

  @Override
  public Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> features) {
    Ops tf = scope.tf();
    State state = state(scope, features.shape().get(1));
    return tf.linalg.matMul(
        tf.math.sub(features, state.mean().value()),
        state.rotation().value(),
        MatMul.transposeB(true));
  }
}
