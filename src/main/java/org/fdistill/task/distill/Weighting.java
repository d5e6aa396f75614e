package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Combination;
import org.fdistill.proto.TeacherConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * How the losses of several teachers become one: their mean by weights. That of one loss is the
 * loss itself.
 *
 * @param weights by teacher, of sum 1
 */
record Weighting(List<Float> weights) {
  /** As the config has it; the weights of its check have a sum above zero. */
  static Weighting of(DistillTask config) {
    List<Float> weights = new ArrayList<>();
    double sum = config.getTeacherList().stream().mapToDouble(t -> weight(config, t)).sum();
    config.getTeacherList().forEach(t -> weights.add((float) (weight(config, t) / sum)));
    return new Weighting(weights);
  }

  private static double weight(DistillTask config, TeacherConfig teacher) {
    return config.getCombination() == Combination.MEAN ? 1 : teacher.getWeight();
  }

  /**
   * The mean.
   *
   * @param losses by teacher, scalars
   */
  Operand<TFloat32> mean(Ops tf, List<Operand<TFloat32>> losses) {
    if (losses.size() == 1) {
      return losses.get(0);
    }
    List<Operand<TFloat32>> shares = new ArrayList<>();
    for (int i = 0; i < losses.size(); i++) {
      shares.add(tf.math.mul(losses.get(i), tf.constant(weights.get(i))));
    }
    // A sum of many inputs has no order of its own; one of a vector has.
    return tf.sum(tf.stack(shares), tf.constant(0));
  }
}
