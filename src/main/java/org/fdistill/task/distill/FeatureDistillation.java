package org.fdistill.task.distill;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.AugmentChecks;
import org.fdistill.config.ModelChecks;
import org.fdistill.config.Problems;
import org.fdistill.config.TeacherChecks;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.View;
import org.fdistill.eval.Criterion;
import org.fdistill.eval.Sums;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Endpoints;
import org.fdistill.model.Network;
import org.fdistill.nn.Dense;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Targets;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.CardEntry;
import org.fdistill.task.ExampleMeans;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.fdistill.teacher.Teacher;
import org.fdistill.teacher.TeacherDescription;
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
  private static final String TEACHER = "distill.teacher";

  private final RunConfig run;
  private final DistillTask config;
  private Teacher opened;

  /**
   * Reads the config alone; {@link #open} opens the teacher.
   *
   * @param run whose task is {@code distill}
   */
  public FeatureDistillation(RunConfig run) {
    this.run = run;
    config = run.getDistill();
  }

  @Override
  public void check(Problems problems) {
    Optional<String> noClassToken = ModelChecks.noClassToken(run.getModel());
    problems.unless(
        noClassToken.isEmpty() || config.getTargets() != Targets.CLASS_TOKEN,
        "distill.targets",
        "is CLASS_TOKEN, but " + noClassToken.orElse(""));
    ModelChecks.finalNorm(
        run.getModel(), config.getTargets() == Targets.GAP, "distill.targets GAP", problems);
    TeacherChecks.check(config.getTeacher(), TEACHER, problems);
    AugmentChecks.pixelsAlone(run.getTrainData(), "distill", problems);
  }

  @Override
  public void open() {
    if (!config.hasTeacher()) {
      throw UserError.usage(
          "distill.teacher is missing.\nFeature distillation needs a frozen SavedModel; add"
              + " teacher { path: \"savedmodels/NAME\" } to distill, or --set"
              + " distill.teacher.path=savedmodels/NAME.");
    }
    opened =
        Teacher.open(
            config.getTeacher(), network().backbone().imageSize(), Precision.of(run.getRuntime()));
    requireFit(opened);
  }

  @Override
  public View trainingView(DataConfig data) {
    return ImageView.training(data);
  }

  @Override
  public View validationView(DataConfig data) {
    return ImageView.evaluation(data);
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> prediction = prediction(scope, network(), batch);
    Endpoints features = openedTeacher().build(tf, batch.get(Field.IMAGE));
    Operand<TFloat32> targets = targets(tf, features);
    return new TrainingOutputs(
        Objective.smoothL1(tf, prediction, targets, config.getBeta()),
        Map.of(),
        Map.of("the tokens of teacher " + openedTeacher().name(), features.tokens()),
        List.of());
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> targets = targets(tf, openedTeacher().build(tf, batch.get(Field.IMAGE)));
    Operand<TFloat32> prediction = prediction(scope, Tasks.evaluated(run), batch);
    Operand<TFloat32> zero = tf.zerosLike(targets);
    Map<String, Operand<TFloat32>> means = new LinkedHashMap<>();
    means.put(LOSS, Objective.smoothL1(tf, prediction, targets, config.getBeta()));
    means.put("predict_zero_loss", Objective.smoothL1(tf, zero, targets, config.getBeta()));
    return ExampleMeans.sums(tf, batch, means);
  }

  @Override
  public Map<String, Double> values(Sums sums) {
    return ExampleMeans.values(sums);
  }

  @Override
  public Criterion criterion() {
    return new Criterion(LOSS, false);
  }

  @Override
  public Network network() {
    return Tasks.network(run);
  }

  /** Exports leave out the projector, which the loss goes through. */
  @Override
  public boolean validatesExports() {
    return false;
  }

  @Override
  public CardEntry card() {
    return TeacherCard.of(TeacherDescription.of(config.getTeacher()));
  }

  @Override
  public Optional<TeacherConfig> teacher() {
    return Optional.of(config.getTeacher());
  }

  @Override
  public UserError nonFinite(List<String> inputs, String when) {
    return openedTeacher().nonFiniteTokens(when);
  }

  @Override
  public Optional<UserError> explain(RuntimeException failure) {
    return opened == null ? Optional.empty() : opened.explain(failure);
  }

  @Override
  public void restoreFrozen(Session session) {
    openedTeacher().restore(session);
  }

  /** What the student says of the teacher's features: [rows, Ct]. */
  private Operand<TFloat32> prediction(LayerScope scope, Network student, Batch batch) {
    Ops tf = scope.tf();
    Endpoints endpoints = student.build(scope, batch.get(Field.IMAGE));
    Operand<TFloat32> rows = selected(tf, endpoints);
    Dense projector = Dense.withTorchDefaults(endpoints.width(), openedTeacher().width());
    return Precision.full(tf, projector.apply(scope.at("projector"), rows));
  }

  /** The teacher's normalised features: [rows, Ct]. */
  private Operand<TFloat32> targets(Ops tf, Endpoints features) {
    return Objective.targets(tf, selected(tf, features), config.getTargetNormalization());
  }

  private Operand<TFloat32> selected(Ops tf, Endpoints endpoints) {
    boolean classTokens = network().backbone().hasClassToken() && openedTeacher().hasClassToken();
    return Objective.selected(tf, endpoints, config.getTargets(), classTokens);
  }

  private Teacher openedTeacher() {
    if (opened == null) {
      open();
    }
    return opened;
  }

  private void requireFit(Teacher teacher) {
    if (config.getTargets() == Targets.CLASS_TOKEN) {
      teacher.requireClassToken();
    }
    if (config.getTargets() == Targets.TOKENS) {
      teacher.requireGridOf(network().backbone());
    }
  }
}
