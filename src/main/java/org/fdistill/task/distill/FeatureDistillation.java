package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.cache.FeatureCache;
import org.fdistill.config.Problems;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleSource;
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
import org.fdistill.task.Student;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.fdistill.teacher.TeacherDescription;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
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
  private List<Learner> learners = List.of();
  private StoredTeachers stored;
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
    stored = new StoredTeachers(run, config);
    opened = Teachers.open(config, network().backbone(), Precision.of(run.getRuntime()), stored);
    learners = Learner.of(run, config, opened); // Refuses what does not fit.
    if (StudentInput.isMasked(config)) {
      learners.forEach(learner -> learner.requireGrid(network().backbone().grid()));
    }
  }

  @Override
  public View trainingView(DataConfig data) {
    return storedTeachers().with(input().trainingView(data, network().backbone().grid()));
  }

  @Override
  public View validationView(DataConfig data) {
    return storedTeachers().with(ImageView.evaluation(data));
  }

  @Override
  public ExampleSource trainingExamples(ExampleSource source) {
    return storedTeachers().trainingExamples(source);
  }

  @Override
  public ExampleSource validationExamples(ExampleSource source) {
    return storedTeachers().validationExamples(source);
  }

  @Override
  public List<FeatureCache> caches() {
    return config.getCache().getPath().isEmpty() ? List.of() : storedTeachers().all();
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    List<Endpoints> students = new ArrayList<>();
    for (Learner learner : learners()) {
      students.add(input().training(learner.scope(scope), learner.network(), batch));
    }
    List<Endpoints> features = openedTeachers().features(scope, batch);
    List<Operand<TFloat32>> losses = new ArrayList<>();
    Map<String, Operand<TFloat32>> metrics = new LinkedHashMap<>();
    for (int i = 0; i < learners.size(); i++) {
      Learner learner = learners.get(i);
      StudentObjective.Losses found =
          learner.objective().build(learner.scope(scope), batch, students.get(i), features);
      losses.add(found.trained());
      metrics.putAll(among(learner, Map.of(LOSS, losses.get(i))));
      metrics.putAll(learner.among(learners.size(), found.metrics()));
    }
    statistics =
        TargetStatistics.build(
            scope,
            run,
            () -> trainingExamples(ExampleSource.open(run.getTrainData())),
            config.getStatisticsImages(),
            trainingView(run.getTrainData()),
            learners,
            images -> openedTeachers().features(scope, images));
    return new TrainingOutputs(
        sum(scope, losses), metrics, openedTeachers().named(features), scope.updates());
  }

  /** Values of one of several students; a student alone has them as the run's. */
  private <T> Map<String, T> among(Learner learner, Map<String, T> values) {
    return learners.size() == 1 ? Map.of() : learner.among(learners.size(), values);
  }

  /** No student's gradient depends on another's loss. */
  private static Operand<TFloat32> sum(LayerScope scope, List<Operand<TFloat32>> losses) {
    Ops tf = scope.tf();
    return losses.size() == 1 ? losses.get(0) : tf.sum(tf.stack(losses), tf.constant(0));
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    List<Endpoints> features = openedTeachers().features(scope, batch);
    List<Operand<TFloat32>> losses = new ArrayList<>();
    List<Operand<TFloat32>> ofZero = new ArrayList<>();
    Map<String, Operand<TFloat32>> single = new LinkedHashMap<>();
    for (Learner learner : learners()) {
      LayerScope own = learner.scope(scope);
      Endpoints student = input().validation(own, learner.evaluated(), batch);
      StudentObjective.Losses found = learner.objective().build(own, batch, student, features);
      losses.add(found.mean());
      ofZero.add(found.ofZero());
      int last = losses.size() - 1;
      single.putAll(among(learner, Map.of(LOSS, losses.get(last))));
      single.putAll(among(learner, Map.of(ZERO_LOSS, ofZero.get(last))));
      single.putAll(learner.among(learners.size(), found.named()));
    }
    Map<String, Operand<TFloat32>> means = new LinkedHashMap<>();
    means.put(LOSS, sum(scope, losses));
    means.put(ZERO_LOSS, sum(scope, ofZero));
    means.putAll(single);
    return ExampleMeans.sums(scope.tf(), batch, means);
  }

  @Override
  public Map<String, Double> values(Sums sums) {
    return ExampleMeans.values(sums);
  }

  @Override
  public Criterion criterion() {
    return criteria().get(0);
  }

  @Override
  public List<Criterion> criteria() {
    List<Criterion> criteria = new ArrayList<>();
    List<Student> students = Tasks.students(run);
    for (Student student : students) {
      String value = students.size() == 1 ? LOSS : student.title() + "_" + LOSS;
      criteria.add(new Criterion(value, false));
    }
    return criteria;
  }

  @Override
  public List<String> furtherStudents() {
    return Tasks.students(run).stream().skip(1).map(Student::name).toList();
  }

  @Override
  public Network network() {
    return Tasks.network(run);
  }

  @Override
  public ParameterRules parameterRules() {
    return config.getFreezePatchEmbedding()
        ? ParameterRules.frozen("(.*/)?" + network().name() + "/patch_embed")
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
    learners().stream()
        .flatMap(learner -> learner.objective().terms().stream())
        .map(TeacherTerm::note)
        .filter(note -> !note.isEmpty())
        .distinct()
        .forEach(tell);
    statistics.forEach(pass -> pass.prepare(session, tell));
  }

  private StudentInput input() {
    return new StudentInput(config);
  }

  private List<Learner> learners() {
    openedTeachers();
    return learners;
  }

  private StoredTeachers storedTeachers() {
    openedTeachers();
    return stored;
  }

  private Teachers openedTeachers() {
    if (opened == null) {
      open();
    }
    return opened;
  }
}
