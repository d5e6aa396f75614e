package org.fdistill.task.distill;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.PixelNormalization;
import org.fdistill.graph.Precision;
import org.fdistill.model.Backbone;
import org.fdistill.model.Backbones;
import org.fdistill.model.Endpoints;
import org.fdistill.nn.Dense;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Targets;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Batch;
import org.fdistill.task.Task;
import org.fdistill.teacher.Teacher;
import org.fdistill.teacher.TeacherOutputs;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Feature Distillation (arXiv 2205.14141): a student and a projector learn the whitened features of
 * a frozen teacher on the same view of each image. The reference calls the projector {@code
 * decoder}. Letters: B batch, N tokens, C width of the student, Ct of the teacher.
 */
public final class FeatureDistillation implements Task {
  private static final String LOSS = "loss";

  private final DistillTask config;
  private final Normalization normalization;
  private final Backbone student;
  private final Teacher teacher;

  /**
   * Opens the teacher and checks that the two fit.
   *
   * @param run whose task is {@code distill}
   */
  public FeatureDistillation(RunConfig run) {
    config = run.getDistill();
    normalization = run.getTrainData().getNormalization();
    student = Backbones.of(run.getModel());
    if (!config.hasTeacher()) {
      throw UserError.usage(
          "distill.teacher is missing.\nFeature distillation needs a frozen SavedModel; add"
              + " teacher { path: \"savedmodels/NAME\" } to distill, or --set"
              + " distill.teacher.path=savedmodels/NAME.");
    }
    teacher = Teacher.open(config.getTeacher(), student.imageSize());
    requireFit();
  }

  /** The teacher, for reports. */
  public Teacher teacher() {
    return teacher;
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    return new TrainingOutputs(loss(scope, batch), Map.of());
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> targets = targets(tf, batch);
    Operand<TFloat32> zero = tf.zerosLike(targets);
    Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
    values.put(LOSS, Objective.smoothL1(tf, prediction(scope, batch), targets, config.getBeta()));
    values.put("predict_zero_loss", Objective.smoothL1(tf, zero, targets, config.getBeta()));
    return values;
  }

  @Override
  public String criterion() {
    return LOSS;
  }

  @Override
  public boolean largerIsBetter() {
    return false;
  }

  @Override
  public void restoreFrozen(Session session) {
    teacher.restore(session);
  }

  private Operand<TFloat32> loss(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    return Objective.smoothL1(tf, prediction(scope, batch), targets(tf, batch), config.getBeta());
  }

  /** What the student says of the teacher's features: [rows, Ct]. */
  private Operand<TFloat32> prediction(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> images =
        PixelNormalization.of(normalization)
            .apply(tf, tf.dtypes.cast(batch.images(), TFloat32.class));
    Endpoints endpoints = student.build(scope.at(Backbones.SCOPE), images);
    Operand<TFloat32> rows = selected(tf, endpoints);
    Dense projector = Dense.withTorchDefaults(student.width(), teacher.width());
    return Precision.full(tf, projector.apply(scope.at("projector"), rows));
  }

  /** The teacher's normalised features: [rows, Ct]. */
  private Operand<TFloat32> targets(Ops tf, Batch batch) {
    TeacherOutputs outputs = teacher.build(tf, batch.images());
    Endpoints endpoints =
        new Endpoints(
            outputs.tokens(),
            outputs.prefixTokens(),
            teacher.hasClassToken(),
            outputs.grid(),
            teacher.width());
    Operand<TFloat32> rows = selected(tf, endpoints);
    return Objective.targets(tf, rows, config.getTargetNormalization());
  }

  private Operand<TFloat32> selected(Ops tf, Endpoints endpoints) {
    boolean classTokens = student.hasClassToken() && teacher.hasClassToken();
    return Objective.selected(tf, endpoints, config.getTargets(), classTokens);
  }

  private void requireFit() {
    if (config.getTargets() == Targets.CLASS_TOKEN) {
      teacher.requireClassToken();
      if (!student.hasClassToken()) {
        throw UserError.usage(
            "distill.targets is CLASS_TOKEN, but the student has no class token.\n"
                + "Set model.vit.class_token to true, or distill.targets to TOKENS or GAP.");
      }
    }
    if (config.getTargets() == Targets.TOKENS) {
      teacher.requireGridOf(student);
    }
  }
}
