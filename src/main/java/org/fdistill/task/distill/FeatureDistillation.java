package org.fdistill.task.distill;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.config.Problems;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.ImageView;
import org.fdistill.data.View;
import org.fdistill.eval.Criterion;
import org.fdistill.eval.Sums;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Endpoints;
import org.fdistill.model.Network;
import org.fdistill.optim.ParameterRules;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.CardEntry;
import org.fdistill.task.ExampleMeans;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.fdistill.teacher.TeacherDescription;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/**
 * Feature Distillation (arXiv 2205.14141): a student and a projector learn the whitened features of
 * a frozen teacher on the same view of each image; of several teachers each has its projector, and
 * the loss is the mean of theirs. The reference calls the projector {@code decoder}.
 */
public final class FeatureDistillation implements Task {
  private static final String LOSS = "loss";
  private static final String ZERO_LOSS = "predict_zero_loss";

  private final RunConfig run;
  private final DistillTask config;
  private Teachers opened;
  private List<TargetStatistics> statistics = List.of();

  /**
   * Reads the config alone; {@link #open} opens the teachers.
   *
   * @param run whose task is {@code distill}
   */
  public FeatureDistillation(RunConfig run) {
    this.run = run;
    config = run.getDistill();
  }

  @Override
  public void check(Problems problems) {
    DistillChecks.check(config, run, problems);
  }

  @Override
  public void open() {
    opened = Teachers.open(config, network().backbone(), Precision.of(run.getRuntime()));
    objective(); // Refuses what does not fit.
  }

  @Override
  public View trainingView(DataConfig data) {
    return input().trainingView(data, network().backbone().grid());
  }

  @Override
  public View validationView(DataConfig data) {
    return ImageView.evaluation(data);
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Endpoints student = input().training(scope, network(), batch);
    List<Endpoints> features = openedTeachers().features(scope, batch);
    StudentObjective objective = objective();
    StudentObjective.Losses losses = objective.build(scope, batch, student, features);
    statistics =
        TargetStatistics.build(
            scope,
            run,
            config.getStatisticsImages(),
            trainingView(run.getTrainData()),
            objective.terms(),
            images -> openedTeachers().features(scope, images));
    return new TrainingOutputs(
        losses.trained(), losses.metrics(), openedTeachers().named(features), scope.updates());
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    List<Endpoints> features = openedTeachers().features(scope, batch);
    Endpoints student = input().validation(scope, Tasks.evaluated(run), batch);
    StudentObjective.Losses losses = objective().build(scope, batch, student, features);
    Map<String, Operand<TFloat32>> means = new LinkedHashMap<>();
    means.put(LOSS, losses.mean());
    means.put(ZERO_LOSS, losses.ofZero());
    means.putAll(losses.named());
    return ExampleMeans.sums(scope.tf(), batch, means);
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

  @Override
  public ParameterRules parameterRules() {
    return config.getFreezePatchEmbedding()
        ? ParameterRules.frozen(network().name() + "/patch_embed")
        : ParameterRules.weightDecay();
  }

  /** Exports leave out the projector, which the loss goes through. */
  @Override
  public boolean validatesExports() {
    return false;
  }

  @Override
  public CardEntry card() {
    return TeacherCard.of(teachers().stream().map(TeacherDescription::of).toList());
  }

  @Override
  public List<TeacherConfig> teachers() {
    return config.getTeacherList();
  }

  @Override
  public UserError nonFinite(List<String> inputs, String when) {
    return openedTeachers().nonFinite(inputs, when);
  }

  @Override
  public Optional<UserError> explain(RuntimeException failure) {
    return opened == null ? Optional.empty() : opened.explain(failure);
  }

  @Override
  public void restoreFrozen(Session session) {
    openedTeachers().restore(session);
  }

  @Override
  public void prepare(Session session, Consumer<String> tell) {
    objective().terms().stream()
        .map(TeacherTerm::note)
        .filter(note -> !note.isEmpty())
        .forEach(tell);
    statistics.forEach(pass -> pass.prepare(session, tell));
  }

  private StudentInput input() {
    return new StudentInput(config);
  }

  private StudentObjective objective() {
    return StudentObjective.of(config, network().backbone(), openedTeachers());
  }

  private Teachers openedTeachers() {
    if (opened == null) {
      open();
    }
    return opened;
  }
}
