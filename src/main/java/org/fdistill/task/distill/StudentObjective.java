package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Backbone;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Targets;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

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
    for (int i = 0; i < teachers.sources().size(); i++) {
      FeatureSource teacher = teachers.sources().get(i);
      terms.add(
          new TeacherTerm(
              teacher,
              i == 0 ? PROJECTOR : PROJECTOR + "_" + teacher.name(),
              Alignment.of(config, student, teacher),
              TargetNormalizer.of(config, config.getTeacher(i)),
              config.getTargets() == Targets.LOGITS
                  ? new Divergence()
                  : new SmoothL1(config.getBeta())));
    }
    terms.forEach(TeacherTerm::requireFit);
    return new StudentObjective(List.copyOf(terms), Weighting.of(config));
  }

  /**
   * Builds projectors and losses.
   *
   * @param scope at the root of the names
   * @param batch that the features are of
   * @param student its tokens
   * @param features by teacher
   */
  Losses build(LayerScope scope, Batch batch, Endpoints student, List<Endpoints> features) {
    List<TeacherTerm.Comparison> comparisons = new ArrayList<>();
    List<Operand<TFloat32>> losses = new ArrayList<>();
    for (int i = 0; i < terms.size(); i++) {
      comparisons.add(terms.get(i).compare(scope, student, features.get(i)));
      losses.add(terms.get(i).loss(scope.tf(), comparisons.get(i)));
    }
    return new Losses(this, scope, batch, comparisons, losses);
  }

  /**
   * The losses of one batch, all scalars.
   *
   * @param objective whose terms they are
   * @param scope where they stand
   * @param batch that they are of
   * @param comparisons by teacher
   * @param byTeacher the loss of each
   */
  record Losses(
      StudentObjective objective,
      LayerScope scope,
      Batch batch,
      List<TeacherTerm.Comparison> comparisons,
      List<Operand<TFloat32>> byTeacher) {
    /** What is minimised. */
    Operand<TFloat32> trained() {
      Operand<TInt64> positions = batch.get(Field.POSITION);
      return objective.weighting.trained(
          scope,
          objective.weighting.isPerImage() ? perImage(positions.shape().get(0)) : byTeacher,
          positions);
    }

    private List<Operand<TFloat32>> perImage(long images) {
      List<Operand<TFloat32>> losses = new ArrayList<>();
      for (int i = 0; i < comparisons.size(); i++) {
        losses.add(objective.terms.get(i).lossPerImage(tf(), comparisons.get(i), images));
      }
      return losses;
    }

    /** What is validated. */
    Operand<TFloat32> mean() {
      return objective.weighting.mean(tf(), byTeacher);
    }

    /** What predicting zero costs. */
    Operand<TFloat32> ofZero() {
      List<Operand<TFloat32>> losses = new ArrayList<>();
      for (int i = 0; i < comparisons.size(); i++) {
        losses.add(objective.terms.get(i).lossOfZero(tf(), comparisons.get(i)));
      }
      return objective.weighting.mean(tf(), losses);
    }

    /** The loss of each of several teachers, {@code loss_NAME}; one alone is the loss itself. */
    Map<String, Operand<TFloat32>> named() {
      Map<String, Operand<TFloat32>> named = new LinkedHashMap<>();
      for (int i = 0; i < byTeacher.size() && byTeacher.size() > 1; i++) {
        named.put("loss_" + objective.terms.get(i).teacher().name(), byTeacher.get(i));
      }
      return named;
    }

    /** As {@link #named}, and the weights that are learned, {@code weight_NAME}. */
    Map<String, Operand<TFloat32>> metrics() {
      Map<String, Operand<TFloat32>> metrics = named();
      List<String> teachers = objective.terms.stream().map(t -> t.teacher().name()).toList();
      metrics.putAll(objective.weighting.learnedWeights(scope, teachers));
      return metrics;
    }

    private Ops tf() {
      return scope.tf();
    }
  }
}
