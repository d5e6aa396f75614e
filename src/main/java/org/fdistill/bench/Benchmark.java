package org.fdistill.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.fdistill.config.UserError;
import org.fdistill.graph.FlopCounter;
import org.fdistill.graph.Precision;
import org.fdistill.graph.rewrite.StandardRewrite;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.RuntimeConfig;
import org.fdistill.task.Task;
import org.fdistill.train.Rewriter;
import org.fdistill.train.SessionSettings;
import org.fdistill.train.TrainingProgram;
import org.tensorflow.Graph;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphDef;

/**
 * Measures the step of a run in its steady state, on the run's own graph. Beside each step it times
 * a large matrix product in the same process, precision and threads: the ratio of the two holds
 * where a machine's speed drifts.
 */
public final class Benchmark {
  private static final double PRODUCT_SECONDS = 0.3;
  private static final double INPUT_SECONDS = 3;
  private static final double LEARNING_RATE = 1e-4;
  private static final int LARGEST_OPS = 10;

  /** The first of them warms up: it fetches other tensors than a step, so it is another graph. */
  private static final int TRACED = 4;

  private final RunConfig config;
  private final Task task;
  private final int warmup;
  private final int steps;
  private final Consumer<String> note;

  /**
   * Of one run; nothing is built yet.
   *
   * @param config the run; without accumulation. Its validation is left out
   * @param task what is learned
   * @param warmup steps before the first that counts, at least 1
   * @param steps that count, at least 1
   * @param note hears what is being done
   */
  public Benchmark(RunConfig config, Task task, int warmup, int steps, Consumer<String> note) {
    this.config = config.toBuilder().clearValidationData().build();
    this.task = task;
    this.warmup = warmup;
    this.steps = steps;
    this.note = note;
    requireNoAccumulation(config);
  }

  /**
   * What is measured is one step of one batch.
   *
   * @throws UserError of kind usage, where a run accumulates several
   */
  public static void requireNoAccumulation(RunConfig config) {
    if (config.getOptimizer().getAccumulation() != 1) {
      throw UserError.usage(
          "optimizer.accumulation is "
              + config.getOptimizer().getAccumulation()
              + "; bench measures one step of one batch.\n"
              + "Add --set optimizer.accumulation=1 and divide train_data.batch_size by it.");
    }
  }

  /** Builds the graph, warms up and times the steps, each beside a large matrix product. */
  public BenchReport run() {
    long start = System.nanoTime();
    SessionSettings.decide(config.getRuntime());
    task.open();
    Work[] work = new Work[1];
    Rewriter rewriter = Rewriter.of(config.getRuntime());
    Rewriter counting =
        (graph, endpoints) -> {
          work[0] = work(graph, endpoints.step().computed(), endpoints.step().update());
          return rewriter.rewrite(graph, endpoints);
        };
    note.accept("building the graph");
    try (TrainingProgram program = new TrainingProgram(config, task, counting)) {
      program.initialize(config.getSeed());
      task.restoreFrozen(program.session());
      task.prepare(program.session(), note);
      program.trainData().start(program.session(), 0, Long.MAX_VALUE);
      note.accept("first step, in which TensorFlow optimises the graph");
      step(program, 0);
      double first = seconds(start);
      return measure(program, work[0], first);
    }
  }

  private BenchReport measure(TrainingProgram program, Work work, double first) {
    SteadySteps steady = steady(program);
    OptionalLong peak = PeakMemory.bytes();
    StepTrace trace = fastestTrace(program);
    double waiting = waitingShare(program);
    BenchReport.Limits limits = limits(work, trace, steady.product());
    double input = inputRate(program);
    int batch = config.getTrainData().getBatchSize();
    return new BenchReport(
        1e3 * steady.median(),
        1e3 * steady.best(),
        batch / steady.median(),
        input,
        work.operations() / batch / 1e9,
        steady.product() / 1e9,
        steady.fraction(work.operations()),
        waiting,
        parts(work, trace, steady.product(), limits),
        trace.largest(LARGEST_OPS),
        trace.passes(),
        limits,
        peak,
        steady.loss(),
        first,
        steps);
  }

  private SteadySteps steady(TrainingProgram program) {
    note.accept("warm-up");
    for (int i = 1; i < warmup; i++) {
      step(program, i);
    }
    double[] seconds = new double[steps];
    double[] products = new double[steps + 1];
    double loss = 0;
    try (MatrixProduct product = product()) {
      products[0] = product.rate(PRODUCT_SECONDS);
      for (int i = 0; i < steps; i++) {
        note.accept("step " + (i + 1) + " of " + steps);
        long start = System.nanoTime();
        loss = step(program, warmup + i).loss();
        seconds[i] = seconds(start);
        products[i + 1] = product.rate(PRODUCT_SECONDS);
      }
    }
    return new SteadySteps(seconds, products, loss);
  }

  private MatrixProduct product() {
    RuntimeConfig runtime = config.getRuntime();
    return MatrixProduct.of(Precision.of(runtime), SessionSettings.of(runtime));
  }

  /** What else the machine does disturbs the fastest step least. */
  private StepTrace fastestTrace(TrainingProgram program) {
    note.accept("traced steps");
    emptyBuffer(program);
    List<StepTrace> traces = new ArrayList<>();
    for (int i = 0; i < TRACED; i++) {
      traces.add(new StepTrace(program.trace(feed(warmup + steps + i))));
    }
    return traces.stream()
        .skip(1)
        .min(Comparator.comparingDouble(StepTrace::milliseconds))
        .orElseThrow();
  }

  /** While the large product runs, batches are made that a run would have had to wait for. */
  private void emptyBuffer(TrainingProgram program) {
    for (int i = 0; i < config.getTrainData().getPrefetchBatches(); i++) {
      program.skipBatch();
    }
  }

  /** Of the step after the traced ones. */
  private double waitingShare(TrainingProgram program) {
    long start = System.nanoTime();
    double waited = step(program, warmup + steps + TRACED).dataWaitSeconds();
    return waited / seconds(start);
  }

  private TrainingProgram.MicroResult step(TrainingProgram program, long step) {
    return program.run(TrainingProgram.Part.UPDATE, feed(step));
  }

  private TrainingProgram.Feed feed(long step) {
    return new TrainingProgram.Feed(config.getSeed(), step, step, LEARNING_RATE);
  }

  /** Images a second that the pipeline gives where nothing else runs; NaN where the data ends. */
  private double inputRate(TrainingProgram program) {
    note.accept("the input pipeline alone");
    program.trainData().start(program.session(), 0, Long.MAX_VALUE);
    try {
      program.skipBatch();
      long start = System.nanoTime();
      long images = 0;
      while (seconds(start) < INPUT_SECONDS) {
        images += program.skipBatch().length;
      }
      return images / seconds(start);
    } catch (TFOutOfRangeException endOfData) {
      return Double.NaN;
    }
  }

  /**
   * What a step computes.
   *
   * @param byPart operations of products and convolutions
   * @param products the products
   */
  private record Work(Map<StepTrace.Part, Double> byPart, StepProducts products) {
    double operations() {
      return byPart.values().stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  private static Work work(GraphDef definition, List<String> results, String target) {
    List<String> ends = new ArrayList<>(results);
    ends.add(target);
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      FlopCounter counter = new FlopCounter(graph);
      Map<StepTrace.Part, Double> byPart = new EnumMap<>(StepTrace.Part.class);
      for (StepTrace.Part part : StepTrace.Part.values()) {
        byPart.put(part, counter.of(ends, name -> StepTrace.Part.of(name) == part));
      }
      return new Work(byPart, new StepProducts(StandardRewrite.apply(definition), ends));
    }
  }

  /** Measured once the steps are done; {@code rate} is that of the large product. */
  private BenchReport.Limits limits(Work work, StepTrace trace, double rate) {
    note.accept("each product of the step alone");
    ConfigProto settings = SessionSettings.of(config.getRuntime());
    double convolutions = work.operations() - work.products().operations();
    return new BenchReport.Limits(
        MemoryBandwidth.measure(settings),
        work.products().measure(settings),
        1e3 * convolutions / rate,
        trace.bytesBesidesProducts());
  }

  /** The prediction's unit is a second. */
  private static List<BenchReport.PartShare> parts(
      Work work, StepTrace trace, double rate, BenchReport.Limits limits) {
    Map<StepTrace.Part, Double> predicted = new EnumMap<>(StepTrace.Part.class);
    work.byPart().forEach((part, operations) -> predicted.put(part, operations / rate));
    double moving = trace.bytes(StepTrace.Part.UPDATE) / limits.bandwidth();
    predicted.merge(StepTrace.Part.UPDATE, moving, Double::sum);
    double total = predicted.values().stream().mapToDouble(Double::doubleValue).sum();
    Map<StepTrace.Part, Double> shares = trace.shares();
    List<BenchReport.PartShare> parts = new ArrayList<>();
    for (StepTrace.Part part : StepTrace.Part.values()) {
      parts.add(
          new BenchReport.PartShare(
              part.name().toLowerCase(Locale.ROOT), shares.get(part), predicted.get(part) / total));
    }
    return parts;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
