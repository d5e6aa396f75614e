package org.fdistill.optim;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;

/**
 * Gradients added up over the micro-batches of one step. The first micro-batch of a step overwrites
 * the sums, so they never have to be cleared, and the last one is added on the way to the
 * optimiser.
 *
 * @param begin stores the gradients of the first micro-batch
 * @param add adds those of a further one
 * @param totals the sums and the gradients of the last one
 */
public record GradientSums(List<Op> begin, List<Op> add, List<Gradient> totals) {
  private static final String SUFFIX = "/gradient_sum";

  /** Whether a variable holds sums: nothing that outlives a step, so no part of a checkpoint. */
  public static boolean isSum(Variable variable) {
    return variable.name().endsWith(SUFFIX);
  }

  /**
   * Adds a sum beside each parameter, and the ops that fill it.
   *
   * @param tf where to build
   * @param variables receives one sum for each gradient
   * @param gradients of one micro-batch
   */
  public static GradientSums build(Ops tf, Variables variables, List<Gradient> gradients) {
    List<Op> begin = new ArrayList<>();
    List<Op> add = new ArrayList<>();
    List<Gradient> totals = new ArrayList<>();
    for (Gradient gradient : gradients) {
      Variable parameter = gradient.variable();
      Variable sum =
          variables.state(parameter.name() + SUFFIX, parameter.shape(), Initializers.zeros());
      begin.add(tf.assignVariableOp(sum.handle(), gradient.value()));
      add.add(tf.assignAddVariableOp(sum.handle(), gradient.value()));
      totals.add(new Gradient(parameter, tf.math.add(sum.value(), gradient.value())));
    }
    return new GradientSums(begin, add, totals);
  }
}
