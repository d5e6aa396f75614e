package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Backbone;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.DistillTask;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * All that one student learns.
 *
 * @param terms one for each teacher, in their order
 * @param weighting of the terms
 */
record StudentObjective(List<TeacherTerm> terms, Weighting weighting) {
  private static final String PROJECTOR = "projector";

  /**
   * Of a student with the run's teachers. The first teacher's projector is {@code projector}, those
   * of the others have the teacher's name behind it.
   */
  static StudentObjective of(DistillTask config, Backbone student, Teachers teachers) {
    List<TeacherTerm> terms = new ArrayList<>();
    for (FeatureSource teacher : teachers.sources()) {
      terms.add(
          new TeacherTerm(
              teacher.name(),
              terms.isEmpty() ? PROJECTOR : PROJECTOR + "_" + teacher.name(),
              teacher.width(),
              Alignment.of(config, student, teacher),
              new TargetNormalizer(config.getTargetNormalization()),
              new SmoothL1(config.getBeta())));
    }
    return new StudentObjective(List.copyOf(terms), Weighting.of(config));
  }

  /**
   * Builds projectors and losses.
   *
   * @param scope at the root of the names
   * @param student its tokens
   * @param features by teacher
   */
  Losses build(LayerScope scope, Endpoints student, List<Endpoints> features) {
    List<TeacherTerm.Comparison> comparisons = new ArrayList<>();
    List<Operand<TFloat32>> losses = new ArrayList<>();
    for (int i = 0; i < terms.size(); i++) {
      comparisons.add(terms.get(i).compare(scope, student, features.get(i)));
      losses.add(terms.get(i).loss(scope.tf(), comparisons.get(i)));
    }
    return new Losses(this, scope.tf(), comparisons, losses);
  }

  /**
   * The losses of one batch, all scalars.
   *
   * @param objective whose terms they are
   * @param tf where they stand
   * @param comparisons by teacher
   * @param byTeacher the loss of each
   */
  record Losses(
      StudentObjective objective,
      Ops tf,
      List<TeacherTerm.Comparison> comparisons,
      List<Operand<TFloat32>> byTeacher) {
    /** What is trained and validated. */
    Operand<TFloat32> combined() {
      return objective.weighting.mean(tf, byTeacher);
    }

    /** What predicting zero costs. */
    Operand<TFloat32> ofZero() {
      List<Operand<TFloat32>> losses = new ArrayList<>();
      for (int i = 0; i < comparisons.size(); i++) {
        losses.add(objective.terms.get(i).lossOfZero(tf, comparisons.get(i)));
      }
      return objective.weighting.mean(tf, losses);
    }

    /** The loss of each of several teachers, {@code loss_NAME}; one alone is the loss itself. */
    Map<String, Operand<TFloat32>> named() {
      Map<String, Operand<TFloat32>> named = new LinkedHashMap<>();
      for (int i = 0; i < byTeacher.size() && byTeacher.size() > 1; i++) {
        named.put("loss_" + objective.terms.get(i).teacher(), byTeacher.get(i));
      }
      return named;
    }
  }
}
