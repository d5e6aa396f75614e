package org.fdistill.task.distill;

import org.fdistill.config.UserError;
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
 * @param teacher where the features come from
 * @param projector what the names of the projector's parameters start with
 * @param alignment of the tokens
 * @param normalizer of the teacher's
 * @param distance between both
 */
record TeacherTerm(
    FeatureSource teacher,
    String projector,
    Alignment alignment,
    TargetNormalizer normalizer,
    Distance distance) {
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
    Dense dense = Dense.withTorchDefaults(student.width(), teacher.width());
    Operand<TFloat32> prediction =
        Precision.full(tf, dense.apply(scope.at(projector), pairs.student()));
    return new Comparison(prediction, normalizer.apply(statistics(scope), pairs.teacher()));
  }

  /** Where the statistics of the teacher's features stand. */
  LayerScope statistics(LayerScope scope) {
    return scope.at("targets").at(teacher.name());
  }

  /**
   * Refuses a width that the normaliser cannot take.
   *
   * @throws UserError of kind usage
   */
  void requireFit() {
    if (normalizer instanceof PhiStandardizer && Hadamard.of(teacher.width()).isEmpty()) {
      throw UserError.usage(
          """
          teacher %s: its tokens are %d wide, and PHI_S needs a Hadamard matrix of that order.
          Expected a power of two, q + 1 for a prime q = 3 mod 4, or 2 (q + 1) for a prime q = 1 \
          mod 4, times a power of two.
          Set its target_normalization to STANDARDISE or WHITEN.\
          """
              .formatted(teacher.name(), teacher.width()));
    }
  }

  /** The mean distance, scalar. */
  Operand<TFloat32> loss(Ops tf, Comparison comparison) {
    return distance.mean(tf, comparison.prediction(), comparison.targets());
  }

  /** The mean distance of each image, [B]. */
  Operand<TFloat32> lossPerImage(Ops tf, Comparison comparison, long images) {
    return distance.perImage(tf, comparison.prediction(), comparison.targets(), images);
  }

  /** What predicting zero costs, scalar. */
  Operand<TFloat32> lossOfZero(Ops tf, Comparison comparison) {
    return distance.mean(tf, tf.zerosLike(comparison.targets()), comparison.targets());
  }

  /** What the user is told of this term before training; empty where there is nothing. */
  String note() {
    return alignment.resamples(teacher.grid())
        ? "The %1$d x %1$d patches of teacher %2$s are resampled to the student's %3$d x %3$d."
            .formatted(teacher.grid(), teacher.name(), alignment.grid())
        : "";
  }
}
