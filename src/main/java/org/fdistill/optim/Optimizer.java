package org.fdistill.optim;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.proto.OptimizerConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Moves parameters along their gradients. */
public interface Optimizer {
  /**
   * Builds the update of every parameter and its slots.
   *
   * @param tf where to build
   * @param variables receives the slots
   * @param gradients one for each parameter, in the order in which they become available
   * @param hyperparameters [K], fed anew in each step with {@link #hyperparameters}
   * @return ops that together are the update
   */
  List<Op> update(
      Ops tf, Variables variables, List<Gradient> gradients, Operand<TFloat32> hyperparameters);

  /**
   * What is fed in one step.
   *
   * @param step the number of this step, from 0
   * @param rate the learning rate of this step by a group's share of the peak
   * @return [K]
   */
  float[] hyperparameters(long step, DoubleUnaryOperator rate);

  /**
   * The optimiser that a config names.
   *
   * @param groups the group of each parameter
   */
  static Optimizer of(OptimizerConfig config, Map<Variable, ParameterGroup> groups) {
    return switch (config.getAlgorithmCase()) {
      case ADAMW, ALGORITHM_NOT_SET -> new AdamW(config.getAdamw(), groups);
      case LARS -> new Lars(config.getLars(), groups);
    };
  }
}
