package org.fdistill.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.fdistill.cluster.Workers;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.fdistill.train.Rewriter;
import org.fdistill.train.TrainingProgram;
import org.fdistill.train.WorkerShares;
import org.tensorflow.ndarray.Shape;

/**
 * Measures the step of several workers, of which this process is one: first each with its share of
 * the batch alone, all at the same time, so that they disturb each other as they will; then with
 * the exchange of gradients; then the exchange without the computation.
 */
public final class WorkersBenchmark {
  private static final double LEARNING_RATE = 1e-4;

  private final RunConfig config;
  private final Task task;
  private final Workers workers;
  private final int warmup;
  private final int steps;
  private final Consumer<String> note;

  /**
   * Of one run; all workers make and run one at the same time.
   *
   * @param config the run; without accumulation. Its validation is left out
   * @param task what is learned
   * @param warmup steps before the first that counts, at least 1
   * @param steps that count, at least 1
   * @param note hears what is being done
   */
  public WorkersBenchmark(
      RunConfig config, Task task, Workers workers, int warmup, int steps, Consumer<String> note) {
    this.config = config.toBuilder().clearValidationData().build();
    this.task = task;
    this.workers = workers;
    this.warmup = warmup;
    this.steps = steps;
    this.note = note;
    Benchmark.requireNoAccumulation(config);
    WorkerShares.require(config, workers.count());
  }

  /** Builds and measures; the same report in each worker. */
  public WorkersReport run() {
    task.open();
    note.accept("each worker's share of the batch, nothing exchanged");
    int batch = config.getTrainData().getBatchSize();
    RunConfig.Builder share = config.toBuilder();
    share.getTrainDataBuilder().setBatchSize(batch / workers.count());
    double alone;
    try (TrainingProgram program =
        new TrainingProgram(share.build(), task, Rewriter.of(config.getRuntime()))) {
      alone = step(program, () -> {});
    }
    note.accept("the same with the exchange of gradients");
    List<Shape> gradients;
    double together;
    try (TrainingProgram program =
        new TrainingProgram(config, task, Rewriter.of(config.getRuntime()), workers)) {
      gradients = gradients(program);
      together = step(program, program::share);
    }
    note.accept("the exchange alone");
    return exchange(batch, alone, together, gradients);
  }

  private WorkersReport exchange(int batch, double alone, double together, List<Shape> gradients) {
    try (ExchangeMeasure measure =
        new ExchangeMeasure(workers, gradients, config.getCluster().getBucketBytes())) {
      double turn = measure.turnSeconds();
      return new WorkersReport(
          workers.count(),
          batch,
          1e3 * alone,
          1e3 * together,
          1e3 * measure.gradientSeconds(),
          measure.gradientBytes(),
          measure.pieces(),
          measure.bandwidth(turn),
          1e6 * turn);
    }
  }

  private static List<Shape> gradients(TrainingProgram program) {
    Map<String, Shape> shapes = program.endpoints().files().shapes();
    return program.endpoints().step().parameters().stream().map(shapes::get).toList();
  }

  /** Median over the steps of the slowest worker's seconds. */
  private double step(TrainingProgram program, Runnable ready) {
    program.initialize(config.getSeed());
    ready.run();
    task.restoreFrozen(program.session());
    task.prepare(program.session(), note);
    program.trainData().start(program.session(), 0, Long.MAX_VALUE);
    for (int i = 0; i < warmup; i++) {
      run(program, i);
    }
    double[] seconds = new double[steps];
    for (int i = 0; i < steps; i++) {
      workers.sum(new double[1]); // All begin together.
      long start = System.nanoTime();
      run(program, warmup + i);
      seconds[i] = (System.nanoTime() - start) / 1e9;
    }
    return SteadySteps.median(slowest(seconds));
  }

  private double[] slowest(double[] mine) {
    double[][] all = workers.gather(mine);
    return Arrays.stream(all)
        .reduce(
            new double[mine.length],
            (a, b) -> {
              double[] most = new double[a.length];
              Arrays.setAll(most, i -> Math.max(a[i], b[i]));
              return most;
            });
  }

  private void run(TrainingProgram program, long step) {
    program.run(
        TrainingProgram.Part.UPDATE,
        new TrainingProgram.Feed(config.getSeed(), step, step, LEARNING_RATE));
  }
}
