package org.fdistill.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.proto.AdamWConfig;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Adam with decoupled weight decay (arXiv 1711.05101) in PyTorch's order: p is first multiplied by
 * 1 - lr wd and then moved by lr m̂ / (sqrt(v̂) + epsilon), m̂ and v̂ being the moments divided by
 * 1 - beta^t.
 *
 * <p>TensorFlow's kernel computes alpha m / (sqrt(v) + epsilon'), so alpha and epsilon' carry the
 * bias corrections; the powers that the kernel would correct with are 0. The slots of a parameter
 * are NAME/adam_m and NAME/adam_v.
 *
 * <p>Passes over memory: decay reads p and writes the buffer that becomes the new p; the kernel
 * then works in that buffer. Both wait for the op that reads p for the forward pass, whose readers
 * may still hold the old buffer. The parameters' updates follow one another, limit, decay and
 * kernel of each.
 */
public final class AdamW implements Optimizer {
  /** Places in the fed vector: epsilon', then alpha and decay factor of each group. */
  private static final int FIRST_GROUP = 1;

  /**
   * Parameters whose update is under way at a time: few copies exist, and what one op of an update
   * writes may be in a cache for the next.
   */
  private static final int AT_ONCE = 2;

  private final AdamWConfig config;
  private final AssignedGroups groups;

  /**
   * Takes the groups; the slots are made by {@link #update}.
   *
   * @param config betas, epsilon, weight decay
   * @param groupOf the group of each parameter
   */
  public AdamW(AdamWConfig config, Map<Variable, ParameterGroup> groupOf) {
    this.config = config;
    this.groups = new AssignedGroups(groupOf);
  }

  @Override
  public List<Op> update(
      Ops tf,
      Variables variables,
      List<LimitedGradient> gradients,
      Operand<TFloat32> hyperparameters) {
    KernelInputs inputs =
        new KernelInputs(
            tf.unstack(hyperparameters, (long) FIRST_GROUP + 2L * groups.all().size()).output(),
            tf.constant(0f),
            tf.constant(config.getBeta1()),
            tf.constant(config.getBeta2()));
    List<Op> updates = new ArrayList<>();
    for (LimitedGradient gradient : gradients) {
      int earlier = updates.size() - AT_ONCE;
      List<Op> after = earlier < 0 ? List.of() : List.of(updates.get(earlier));
      updates.add(update(tf, variables, gradient, inputs, after));
    }
    return updates;
  }

  /** The fed and constant inputs of the kernel. */
  private record KernelInputs(
      List<Output<TFloat32>> fed,
      Operand<TFloat32> zero,
      Operand<TFloat32> beta1,
      Operand<TFloat32> beta2) {
    Operand<TFloat32> epsilon() {
      return fed.get(0);
    }

    Operand<TFloat32> alpha(int group) {
      return fed.get(FIRST_GROUP + 2 * group);
    }

    Operand<TFloat32> decay(int group) {
      return fed.get(FIRST_GROUP + 2 * group + 1);
    }
  }

  private Op update(
      Ops tf, Variables variables, LimitedGradient gradient, KernelInputs inputs, List<Op> after) {
    Variable parameter = gradient.variable();
    Operand<TFloat32> value = gradient.value(tf.withControlDependencies(after));
    List<Op> ready = new ArrayList<>(after);
    ready.add(parameter.value());
    if (groups.of(parameter).decay() && config.getWeightDecay() != 0) {
      ready.add(value);
      ready = List.of(decay(tf.withControlDependencies(ready), parameter, inputs));
    }
    int group = groups.indexOf(parameter);
    return tf.withControlDependencies(ready)
        .train
        .resourceApplyAdam(
            parameter.handle(),
            slot(variables, parameter, "adam_m").handle(),
            slot(variables, parameter, "adam_v").handle(),
            inputs.zero(),
            inputs.zero(),
            inputs.alpha(group),
            inputs.beta1(),
            inputs.beta2(),
            inputs.epsilon(),
            value);
  }

  /**
   * p becomes p (1 - lr wd). It waits for the gradient, since a copy of each parameter is alive
   * from here until the last reader of the old value is done.
   */
  private Op decay(Ops tf, Variable parameter, KernelInputs inputs) {
    Operand<TFloat32> factor = inputs.decay(groups.indexOf(parameter));
    return tf.assignVariableOp(parameter.handle(), tf.math.mul(parameter.value(), factor));
  }

  private static Variable slot(Variables variables, Variable parameter, String slot) {
    return variables.state(parameter.name() + "/" + slot, parameter.shape(), Initializers.zeros());
  }

  /**
   * {@inheritDoc}
   *
   * <p>The betas are taken as the kernel has them, rounded to float32, so that at the first step m̂
   * is the gradient itself.
   */
  @Override
  public float[] hyperparameters(long step, DoubleUnaryOperator learningRate) {
    double t = step + 1.0;
    double correction1 = 1 - Math.pow(config.getBeta1(), t);
    double root2 = Math.sqrt(1 - Math.pow(config.getBeta2(), t));
    float[] fed = new float[FIRST_GROUP + 2 * groups.all().size()];
    fed[0] = (float) (config.getEpsilon() * root2);
    for (int i = 0; i < groups.all().size(); i++) {
      double rate = learningRate.applyAsDouble(groups.all().get(i).rateScale());
      fed[FIRST_GROUP + 2 * i] = (float) (rate * root2 / correction1);
      fed[FIRST_GROUP + 2 * i + 1] = (float) (1 - rate * config.getWeightDecay());
    }
    return fed;
  }
}
