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
 * may still hold the old buffer.
 */
public final class AdamW implements Optimizer {
  /** Places in the fed vector: epsilon', then alpha and decay factor of each group. */
  private static final int FIRST_GROUP = 1;

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
      Ops tf, Variables variables, List<Gradient> gradients, Operand<TFloat32> hyperparameters) {
    KernelInputs inputs =
        new KernelInputs(
            tf.unstack(hyperparameters, (long) FIRST_GROUP + 2L * groups.all().size()).output(),
            tf.constant(0f),
            tf.constant(config.getBeta1()),
            tf.constant(config.getBeta2()));
    List<Op> updates = new ArrayList<>();
    Op lastDecay = null;
    for (Gradient gradient : gradients) {
      Variable parameter = gradient.variable();
      Op ready = parameter.value();
      if (groups.of(parameter).decay() && config.getWeightDecay() != 0) {
        lastDecay = decay(tf, gradient, inputs, lastDecay);
        ready = lastDecay;
      }
      updates.add(apply(tf.withControlDependencies(ready), variables, gradient, inputs));
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

  /**
   * p becomes p (1 - lr wd). It waits for the gradient, since a copy of each parameter is alive
   * from here until the last reader of the old value is done, and for the decay before it, so that
   * at most a few such copies exist at a time.
   */
  private Op decay(Ops tf, Gradient gradient, KernelInputs inputs, Op before) {
    Variable parameter = gradient.variable();
    List<Op> dependencies = new ArrayList<>(List.of(gradient.value()));
    if (before != null) {
      dependencies.add(before);
    }
    Operand<TFloat32> factor = inputs.decay(groups.indexOf(parameter));
    Operand<TFloat32> decayed =
        tf.withControlDependencies(dependencies).math.mul(parameter.value(), factor);
    return tf.assignVariableOp(parameter.handle(), decayed);
  }

  private Op apply(Ops tf, Variables variables, Gradient gradient, KernelInputs inputs) {
    Variable parameter = gradient.variable();
    return tf.train.resourceApplyAdam(
        parameter.handle(),
        slot(variables, parameter, "adam_m").handle(),
        slot(variables, parameter, "adam_v").handle(),
        inputs.zero(),
        inputs.zero(),
        inputs.alpha(groups.indexOf(parameter)),
        inputs.beta1(),
        inputs.beta2(),
        inputs.epsilon(),
        gradient.value());
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
