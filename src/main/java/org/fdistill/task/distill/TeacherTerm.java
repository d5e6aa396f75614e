package org.fdistill.task.distill;

import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Endpoints;
import org.fdistill.nn.Dense;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What a student has to do with one teacher: tokens are aligned, the teacher's normalised, and the
 * student's projected to its width and compared. Letters: C width of the student, Ct of the
 * teacher.
 *
 * @param teacher its name
 * @param projector what the names of the projector's parameters start with
 * @param width Ct
 * @param alignment of the tokens
 * @param normalizer of the teacher's
 * @param distance between both
 */
record TeacherTerm(
    String teacher,
    String projector,
    int width,
    Alignment alignment,
    TargetNormalizer normalizer,
    SmoothL1 distance) {
  /**
   * What is compared, [rows, Ct] each.
   *
   * @param prediction of the student
   * @param targets of the teacher
   */
  record Comparison(Operand<TFloat32> prediction, Operand<TFloat32> targets) {}

  /**
   * Builds both sides of the comparison.
   *
   * @param scope at the root of the names
   * @param student its tokens
   * @param features the teacher's
   */
  Comparison compare(LayerScope scope, Endpoints student, Endpoints features) {
    Ops tf = scope.tf();
    Alignment.Pairs pairs = alignment.pairs(tf, student, features);
    Dense dense = Dense.withTorchDefaults(student.width(), width);
    Operand<TFloat32> prediction =
        Precision.full(tf, dense.apply(scope.at(projector), pairs.student()));
    return new Comparison(prediction, normalizer.apply(tf, pairs.teacher()));
  }

  /** The mean distance, scalar. */
  Operand<TFloat32> loss(Ops tf, Comparison comparison) {
    return distance.mean(tf, comparison.prediction(), comparison.targets());
  }

  /** What predicting zero costs, scalar. */
  Operand<TFloat32> lossOfZero(Ops tf, Comparison comparison) {
    return distance.mean(tf, tf.zerosLike(comparison.targets()), comparison.targets());
  }
}
