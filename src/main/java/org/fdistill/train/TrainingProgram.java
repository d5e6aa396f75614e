package org.fdistill.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import org.fdistill.cluster.Workers;
import org.fdistill.data.Field;
import org.fdistill.data.InputPipeline;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.SessionFactory;
import org.fdistill.optim.RuleTable;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A run's graph and session: built, rewritten, imported, and from then on used by name. Letters: B
 * micro-batch, P parameters.
 */
public final class TrainingProgram implements AutoCloseable {
  private final ProgramBuilder.Built built;
  private final Graph graph;
  private final Session session;

  /**
   * What one micro-batch gives.
   *
   * @param loss of the micro-batch
   * @param metrics by name
   * @param gradientNorm before clipping; NaN unless this was the last micro-batch of a step
   * @param gradientHalfSquares [P]; empty unless this was the last one
   * @param fields of the batch
   * @param nonFiniteInputs names of the loss's inputs that are not finite
   * @param votes [2], as fed, or the means of those of several processes
   * @param dataWaitSeconds until the last of the processes had its batch
   */
  @SuppressWarnings("ArrayRecordComponent") // Results are read, never compared.
  public record MicroResult(
      double loss,
      Map<String, Double> metrics,
      double gradientNorm,
      float[] gradientHalfSquares,
      ObservedFields fields,
      List<String> nonFiniteInputs,
      float[] votes,
      double dataWaitSeconds) {}

  /** Which part of a step a run does. */
  public enum Part {
    /** The first of several micro-batches. */
    BEGIN,
    /** One between the first and the last. */
    ADD,
    /** The last, or only, micro-batch: the update. */
    UPDATE;

    /** The part that the i-th of n micro-batches is. */
    public static Part of(int i, int n) {
      return i == n - 1 ? UPDATE : i == 0 ? BEGIN : ADD;
    }
  }

  /**
   * Builds the program of one process, whose steps can be traced, and opens its session. Variables
   * are not yet initialised.
   *
   * @param config the run
   * @param task what is learned
   * @param rewriter applied to the built graph
   */
  public TrainingProgram(RunConfig config, Task task, Rewriter rewriter) {
    this(config, task, rewriter, Workers.ALONE, SessionSettings.traceable(config.getRuntime()));
  }

  /**
   * Builds this process's part of the program of several; its steps cannot be traced.
   *
   * @param workers that train together
   */
  public TrainingProgram(RunConfig config, Task task, Rewriter rewriter, Workers workers) {
    this(config, task, rewriter, workers, SessionSettings.of(config.getRuntime()));
  }

  private TrainingProgram(
      RunConfig config, Task task, Rewriter rewriter, Workers workers, ConfigProto settings) {
    built = ProgramBuilder.build(config, task, workers.replicas());
    graph = new Graph();
    try {
      GraphDef rewritten = rewriter.rewrite(built.graph(), built.endpoints());
      if (rewritten.getNodeList().stream().anyMatch(n -> n.containsAttr(CompiledLoop.COMPILED))) {
        SessionFactory.prepareCompiler(settings);
      }
      graph.importGraphDef(rewritten);
      session = workers.open(graph, settings);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /** The session, for what this class does not offer. */
  public Session session() {
    return session;
  }

  /** The names to run by. */
  public ProgramEndpoints endpoints() {
    return built.endpoints();
  }

  /** The batches of training. */
  public InputPipeline trainData() {
    return built.trainData();
  }

  /** The validation of a batch; empty without validation data. */
  Optional<ValidationGraph> validation() {
    return built.validation();
  }

  /** Gives every variable its first value, from the seed. */
  public void initialize(long seed) {
    try (TInt64 fed = TInt64.scalarOf(seed)) {
      session
          .runner()
          .feed(endpoints().feeds().seed(), fed)
          .addTarget(endpoints().initialize())
          .run()
          .close();
    }
  }

  /** Starts training from the averages, where a run keeps some; call it once these were read. */
  void adoptAverages() {
    session.runner().addTarget(endpoints().adoptAverages()).run().close();
  }

  /** Gives every variable the value that it has in the first of several processes. */
  public void share() {
    session.runner().addTarget(endpoints().share()).run().close();
  }

  /** How the parameters are treated. */
  public RuleTable rules() {
    return built.rules();
  }

  /** Writes every variable but the sums of gradients. */
  public void save(Path prefix) {
    endpoints().files().save(session, prefix);
  }

  /** Reads what {@link #save} wrote. */
  public void restore(Path prefix) {
    endpoints().files().restore(session, prefix);
  }

  /** Names of variables that hold a value which is not finite. */
  public List<String> nonFiniteVariables() {
    List<String> names = new ArrayList<>();
    try (Result result = session.runner().fetch(endpoints().variablesFinite()).run()) {
      TBool flags = (TBool) result.get(0);
      int i = 0;
      for (String name : new TreeSet<>(endpoints().files().shapes().keySet())) {
        if (!flags.getBoolean(i++)) {
          names.add(name);
        }
      }
    }
    return names;
  }

  /**
   * What to feed in one step.
   *
   * @param seed the run's
   * @param microStep micro-batches before this one
   * @param step optimiser steps before this one
   * @param rate learning rate of the step, by a group's share of the peak
   * @param votes [2], above 0 where this process wants to stop and where it wants a checkpoint
   */
  @SuppressWarnings("ArrayRecordComponent") // Fed, never compared.
  public record Feed(
      long seed, long microStep, long step, DoubleUnaryOperator rate, float[] votes) {
    /** With a learning rate that the groups have their shares of, and no votes. */
    public Feed(long seed, long microStep, long step, double learningRate) {
      this(seed, microStep, step, share -> share * learningRate, new float[2]);
    }
  }

  /**
   * Runs one micro-batch.
   *
   * @param part what is done with its gradients
   * @param feed the values of this step
   */
  public MicroResult run(Part part, Feed feed) {
    float[] scalars = built.optimizer().hyperparameters(feed.step(), feed.rate());
    try (TInt64 seed = TInt64.scalarOf(feed.seed());
        TInt64 microStep = TInt64.scalarOf(feed.microStep());
        TFloat32 hyperparameters = TFloat32.vectorOf(scalars);
        TFloat32 votes = TFloat32.vectorOf(feed.votes())) {
      Session.Runner runner =
          session
              .runner()
              .feed(endpoints().feeds().seed(), seed)
              .feed(endpoints().feeds().microStep(), microStep);
      if (part == Part.UPDATE) {
        runner.feed(endpoints().feeds().hyperparameters(), hyperparameters);
      }
      endpoints().step().votes().ifPresent(v -> runner.feed(v.own(), votes));
      List<String> fetches = fetches(part);
      fetches.forEach(runner::fetch);
      runner.addTarget(target(part));
      try (Result result = runner.run()) {
        return result(fetches, result, feed.votes());
      }
    }
  }

  /**
   * Runs one step without accumulation and records the time of each of its ops. On CPUs they run
   * one after another, each with all threads of {@code intra_op_threads}: side by side, an op of
   * little work that waits for threads which a large one holds would look as dear as that one.
   *
   * @param feed the values of this step
   */
  public StepStats trace(Feed feed) {
    RunOptions full =
        RunOptions.newBuilder()
            .setTraceLevel(RunOptions.TraceLevel.FULL_TRACE)
            .setInterOpThreadPool(SessionSettings.TRACING_POOL)
            .build();
    float[] scalars = built.optimizer().hyperparameters(feed.step(), feed.rate());
    try (TInt64 seed = TInt64.scalarOf(feed.seed());
        TInt64 microStep = TInt64.scalarOf(feed.microStep());
        TFloat32 hyperparameters = TFloat32.vectorOf(scalars);
        Result result =
            session
                .runner()
                .feed(endpoints().feeds().seed(), seed)
                .feed(endpoints().feeds().microStep(), microStep)
                .feed(endpoints().feeds().hyperparameters(), hyperparameters)
                .fetch(endpoints().step().loss())
                .addTarget(endpoints().step().update())
                .setOptions(full)
                .runAndFetchMetadata()) {
      return result.getMetadata().orElseThrow().getStepStats();
    }
  }

  private String target(Part part) {
    return switch (part) {
      case BEGIN -> endpoints().step().begin();
      case ADD -> endpoints().step().add();
      case UPDATE -> endpoints().step().update();
    };
  }

  private List<String> fetches(Part part) {
    ProgramEndpoints.Step step = endpoints().step();
    List<String> fetches = new ArrayList<>(step.fields().values());
    fetches.add(step.dataWait());
    if (part == Part.UPDATE) {
      fetches.addAll(step.computed());
    } else {
      fetches.add(step.loss());
      fetches.addAll(step.metrics().values());
      if (step.inputsFinite() != null) {
        fetches.add(step.inputsFinite());
      }
    }
    return fetches;
  }

  private MicroResult result(List<String> fetches, Result result, float[] votes) {
    ProgramEndpoints.Step step = endpoints().step();
    Map<String, Double> metrics = new LinkedHashMap<>();
    step.metrics()
        .forEach((name, endpoint) -> metrics.put(name, scalar(result, fetches.indexOf(endpoint))));
    int norm = fetches.indexOf(step.gradientNorm());
    if (norm >= 0) {
      step.gradientNorms()
          .forEach((name, of) -> metrics.put(name, scalar(result, fetches.indexOf(of))));
    }
    return new MicroResult(
        scalar(result, fetches.indexOf(step.loss())),
        metrics,
        norm < 0 ? Double.NaN : scalar(result, norm),
        norm < 0
            ? new float[0]
            : Tensors.floats(result.get(fetches.indexOf(step.gradientHalfSquares()))),
        ObservedFields.read(step.fields().keySet(), result, 0),
        nonFiniteInputs(fetches, result),
        votes(fetches, result, votes),
        scalar(result, fetches.indexOf(step.dataWait())));
  }

  private float[] votes(List<String> fetches, Result result, float[] own) {
    int all = endpoints().step().votes().map(v -> fetches.indexOf(v.all())).orElse(-1);
    return all < 0 ? own : Tensors.floats(result.get(all));
  }

  private List<String> nonFiniteInputs(List<String> fetches, Result result) {
    ProgramEndpoints.Step step = endpoints().step();
    if (step.inputsFinite() == null) {
      return List.of();
    }
    float[] flags = Tensors.floats(result.get(fetches.indexOf(step.inputsFinite())));
    List<String> names = new ArrayList<>(step.inputs());
    names.removeIf(name -> flags[step.inputs().indexOf(name)] == 1);
    return names;
  }

  /** Takes the next training batch and does nothing with it; its positions [B]. */
  public long[] skipBatch() {
    String positions = endpoints().step().fields().get(Field.POSITION);
    try (Result result = session.runner().fetch(positions).run()) {
      return Tensors.longs(result.get(0));
    }
  }

  private static double scalar(Result result, int index) {
    return ((TFloat32) result.get(index)).getFloat();
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
