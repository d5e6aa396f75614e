package org.fdistill.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.proto.LarsConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;

/**
 * Layer-wise adaptive rate scaling (arXiv 1708.03888) as MAE probes with: the gradient of a matrix
 * gets weight decay and is multiplied by trust |p| / |g|, or by 1 where one of both norms is 0;
 * those of vectors are taken as they are. Then m = momentum m + g and p = p - lr m. The slot of a
 * parameter is NAME/momentum.
 */
public final class Lars implements Optimizer {
  private final LarsConfig config;
  private final AssignedGroups groups;

  /**
   * Takes the groups; the slots are made by {@link #update}.
   *
   * @param config momentum, trust, weight decay
   * @param groupOf the group of each parameter
   */
  public Lars(LarsConfig config, Map<Variable, ParameterGroup> groupOf) {
    this.config = config;
    this.groups = new AssignedGroups(groupOf);
  }

  @Override
  public List<Op> update(
      Ops tf, Variables variables, List<Gradient> gradients, Operand<TFloat32> hyperparameters) {
    var rates = tf.unstack(hyperparameters, (long) groups.all().size()).output();
    List<Op> updates = new ArrayList<>();
    for (Gradient gradient : gradients) {
      Variable parameter = gradient.variable();
      Variable slot =
          variables.state(parameter.name() + "/momentum", parameter.shape(), Initializers.zeros());
      Operand<TFloat32> momentum =
          tf.math.add(
              tf.math.mul(slot.value(), tf.constant(config.getMomentum())), scaled(tf, gradient));
      Operand<TFloat32> rate = rates.get(groups.indexOf(parameter));
      updates.add(tf.assignVariableOp(slot.handle(), momentum));
      updates.add(
          tf.withControlDependencies(parameter.value())
              .assignSubVariableOp(parameter.handle(), tf.math.mul(momentum, rate)));
    }
    return updates;
  }

  private Operand<TFloat32> scaled(Ops tf, Gradient gradient) {
    Variable parameter = gradient.variable();
    if (parameter.shape().numDimensions() <= 1) {
      return gradient.value();
    }
    Operand<TFloat32> value = gradient.value();
    if (groups.of(parameter).decay() && config.getWeightDecay() != 0) {
      value =
          tf.math.add(value, tf.math.mul(parameter.value(), tf.constant(config.getWeightDecay())));
    }
    Operand<TFloat32> length = norm(tf, parameter.value());
    Operand<TFloat32> change = norm(tf, value);
    Operand<TFloat32> zero = tf.constant(0f);
    Operand<TBool> known =
        tf.math.logicalAnd(tf.math.greater(length, zero), tf.math.greater(change, zero));
    Operand<TFloat32> ratio =
        tf.math.divNoNan(tf.math.mul(length, tf.constant(config.getTrust())), change);
    return tf.math.mul(value, tf.select(known, ratio, tf.constant(1f)));
  }

  private static Operand<TFloat32> norm(Ops tf, Operand<TFloat32> tensor) {
    return tf.math.sqrt(tf.math.mul(tf.nn.l2Loss(tensor), tf.constant(2f)));
  }

  @Override
  public float[] hyperparameters(long step, DoubleUnaryOperator rate) {
    float[] fed = new float[groups.all().size()];
    for (int i = 0; i < fed.length; i++) {
      fed[i] = (float) rate.applyAsDouble(groups.all().get(i).rateScale());
    }
    return fed;
  }
}
