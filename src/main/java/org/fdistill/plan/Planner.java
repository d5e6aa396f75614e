package org.fdistill.plan;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.fdistill.bench.RandomTeacher;
import org.fdistill.cache.CacheSize;
import org.fdistill.cache.FeatureCache;
import org.fdistill.config.RunLength;
import org.fdistill.optim.RuleTable;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.Duration;
import org.fdistill.proto.NoiseSource;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.ScheduleConfig;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.fdistill.train.ProgramGraph;
import org.tensorflow.Graph;
import org.tensorflow.types.TUint8;

/**
 * Works out what a run will cost, from the graph that it would train. The graph is built and never
 * run: nothing of the network's size is allocated.
 */
public final class Planner {
  private final RunConfig run;
  private final TrainingSet data;

  /**
   * Looks at a run and its data.
   *
   * @param run resolved; its data and its teacher may be missing
   * @param examples how many the training data has; empty: as many as it holds
   */
  public Planner(RunConfig run, OptionalLong examples) {
    this.run = run;
    data = TrainingSet.of(run.getTrainData(), examples);
  }

  /** The training data. */
  public TrainingSet data() {
    return data;
  }

  /**
   * Builds the graph of the run, with its teachers in every step, and counts what is in it.
   *
   * @param folder an empty one, for the graphs of teachers that are missing
   */
  public RunPlan plan(Path folder) throws IOException {
    boolean standIn = !RandomTeacher.missing(run).isEmpty();
    RunConfig taught = RandomTeacher.withoutWeights(run, folder);
    RunConfig complete = withoutFiles(Tasks.withoutCache(taught));
    Task task = Tasks.of(complete);
    task.open();
    ProgramGraph program = ProgramGraph.of(complete, task);
    try (Graph graph = new Graph()) {
      graph.importGraphDef(program.definition());
      StepCost cost = new StepCost(graph, program.endpoints());
      return plan(task, cost, program.rules(), standIn, caches(taught));
    }
  }

  /** What is kept on disk; of data whose size nobody knows nothing. */
  private List<CacheSize> caches(RunConfig taught) {
    List<CacheSize> sizes = new ArrayList<>();
    for (FeatureCache cache : Tasks.of(taught).caches()) {
      TrainingSet examples =
          cache.split() == FeatureCache.Split.TRAIN
              ? data
              : TrainingSet.of(run.getValidationData(), OptionalLong.empty());
      examples.examples().ifPresent(n -> sizes.add(cache.size(n)));
    }
    return sizes;
  }

  private RunPlan plan(
      Task task, StepCost cost, RuleTable rules, boolean standIn, List<CacheSize> caches) {
    RunPlan.Length length = length();
    return new RunPlan(
        length,
        data,
        cost.parameters(),
        cost.gradientBytes(),
        rules,
        cost.hasTeacher()
            ? Optional.of(new RunPlan.TeacherCost(standIn, cost.teacherParameters()))
            : Optional.empty(),
        caches,
        cost.work(length.microBatch()),
        cost.memory(run.getOptimizer().getAccumulation() > 1, batches(task, length.microBatch())));
  }

  /** The run on noise in the place of its images: the step is the same. */
  private static RunConfig withoutFiles(RunConfig run) {
    RunConfig.Builder step = run.toBuilder().clearValidationData();
    step.getTrainDataBuilder()
        .setNoise(NoiseSource.newBuilder().setExamples(run.getTrainData().getBatchSize()));
    return step.build();
  }

  /** Bytes of the images that wait ready, of those in the making and of those in use. */
  private long batches(Task task, int microBatch) {
    DataConfig config = run.getTrainData();
    // What is not of bytes is a few numbers.
    long example =
        task.trainingView(config).fields().entrySet().stream()
            .filter(field -> field.getKey().type().equals(TUint8.class))
            .mapToLong(field -> field.getValue().size())
            .sum();
    return (config.getPrefetchBatches() + 1L) * microBatch * example;
  }

  private RunPlan.Length length() {
    ScheduleConfig schedule = run.getSchedule();
    int batch = run.getTrainData().getBatchSize();
    int microBatch = batch / run.getOptimizer().getAccumulation();
    if (data.examples().isPresent()) {
      RunLength length = RunLength.of(schedule, data.examples().getAsLong(), batch);
      return new RunPlan.Length(
          batch,
          microBatch,
          OptionalLong.of(length.stepsPerEpoch()),
          OptionalLong.of(length.totalSteps()),
          OptionalLong.of(length.warmupSteps()));
    }
    boolean countsEpochs = schedule.getLength().getUnitCase() == Duration.UnitCase.EPOCHS;
    boolean warmsByEpochs = schedule.getWarmup().getUnitCase() == Duration.UnitCase.EPOCHS;
    return new RunPlan.Length(
        batch,
        microBatch,
        OptionalLong.empty(),
        countsEpochs
            ? OptionalLong.empty()
            : OptionalLong.of(anyData(total(schedule)).totalSteps()),
        countsEpochs || warmsByEpochs
            ? OptionalLong.empty()
            : OptionalLong.of(anyData(schedule).warmupSteps()));
  }

  private static ScheduleConfig total(ScheduleConfig schedule) {
    return schedule.toBuilder().clearWarmup().build();
  }

  /** The length of a schedule that does not count epochs, so that the data's size is no matter. */
  private RunLength anyData(ScheduleConfig schedule) {
    int batch = run.getTrainData().getBatchSize();
    return RunLength.of(schedule, batch, batch);
  }
}
