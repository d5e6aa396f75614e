package org.fdistill.train;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointStore;
import org.fdistill.checkpoint.Manifest;
import org.fdistill.checkpoint.Retention;
import org.fdistill.cluster.Workers;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.data.InputPipeline;
import org.fdistill.eval.ClassTable;
import org.fdistill.proto.RunConfig;
import org.tensorflow.TensorFlow;

/**
 * Trains. {@link #run} opens what a run needs, and {@link #loop} is the loop: step, decide, go
 * back, report, validate, write a checkpoint, until all steps are done or a stop is asked for.
 *
 * <p>A step whose loss or gradient norm is not finite takes the run back to its newest checkpoint
 * (its start, where there is none); the batch of that step is left out when its turn comes again. A
 * second one ends the run.
 */
public final class Trainer {
  private final TrainingRun run;
  private final RunConfig config;
  private final Workers workers;

  /** Makes a trainer for one run. */
  public Trainer(TrainingRun run) {
    this.run = run;
    this.config = run.config();
    this.workers = run.workers();
  }

  /**
   * Trains until all steps are done or a stop is requested.
   *
   * @throws UserError where the run cannot start or go on
   */
  public RunResult run() {
    long start = System.nanoTime();
    WorkerShares.require(config, workers.count());
    SessionSettings.decide(config.getRuntime());
    run.task().open();
    try (RunFolder folder = new RunFolder(folder(), config);
        RunLog log = new RunLog(folder, workers.isChief())) {
      workers.beforeEnd(log::message);
      try {
        CheckpointStore store = store(folder);
        if (isTrueOfChief(Summary.isWhole(folder.summary()))) {
          return alreadyFinished(folder, log, store);
        }
        RunState end = train(folder, log, store);
        double seconds = (System.nanoTime() - start) * 1e-9;
        if (!end.stopped() && workers.isChief()) {
          finish(end, folder, seconds);
        }
        workers.sum(new double[1]); // A chief that is lost in its export needs the others again.
        workers.close();
        return result(end);
      } catch (UserError e) {
        log.message(e.getMessage());
        throw e;
      } catch (RuntimeException e) {
        RuntimeException told = WorkerFailure.explain(run, e);
        log.message(String.valueOf(told.getMessage()));
        throw told;
      }
    }
  }

  /** The others' folders lie in the run's: what they say of themselves is read there. */
  private Path folder() {
    return workers.isChief()
        ? run.folder()
        : run.folder().resolve("workers").resolve(String.valueOf(workers.index()));
  }

  /** What the chief finds of its files, in every worker. */
  private boolean isTrueOfChief(boolean mine) {
    return workers.sum(new double[] {workers.isChief() && mine ? 1 : 0})[0] > 0;
  }

  private RunState train(RunFolder folder, RunLog log, CheckpointStore store) {
    try (TrainingProgram program =
        new TrainingProgram(config, run.task(), run.rewriter(), workers)) {
      RunParts parts = RunParts.of(run, program, folder, log, store);
      RunState state = restorer(parts).restore();
      greet(parts, state);
      run.start().starting(new RunStart.Starting(folder.path(), run.task(), program.trainData()));
      return last(parts, loop(parts, state));
    }
  }

  /** Step, decide, go on: until all steps are done or a stop was asked for. */
  private RunState loop(RunParts parts, RunState start) {
    RunState state = isWanted(run.stop().isRequested()) ? start.stop() : start;
    while (!state.stopped() && state.step() < parts.length().totalSteps()) {
      long step = state.step() + 1;
      StepOutcome outcome = parts.step().run(state.step(), votes(parts));
      parts.reporter().step(step, outcome, parts.rule().validationsFrom(step));
      float[] votes = workers.areMany() ? outcome.votes() : votes(parts);
      Decision next = parts.rule().after(step, Decision.vector(outcome, votes));
      if (next.rollBack()) {
        state = goBack(parts, state, outcome);
        continue;
      }
      state = state.done(step);
      workers.reached(step);
      Optional<Map<String, Double>> values =
          next.validate() ? validate(parts, step) : Optional.of(Map.of());
      if (next.checkpoint()) {
        state = checkpoint(parts, state, values.orElse(Map.of()));
      }
      if (next.stop() || values.isEmpty()) {
        state = state.stop();
      }
    }
    return state;
  }

  /** What this process wants to follow a step. Several processes learn each other's with it. */
  private float[] votes(RunParts parts) {
    return Decision.votes(run.stop().isRequested(), parts.clock().isDue());
  }

  /** Whether some worker wants something. */
  private boolean isWanted(boolean mine) {
    return workers.sum(new double[] {mine ? 1 : 0})[0] > 0;
  }

  private CheckpointStore store(RunFolder folder) {
    return new CheckpointStore(
        folder.file("checkpoints"),
        Retention.of(config.getCheckpoint(), run.task().criteria()),
        TextProtos.toText(config));
  }

  private RunRestorer restorer(RunParts parts) {
    return new RunRestorer(run, parts, text -> tell(parts.log(), text));
  }

  private void greet(RunParts parts, RunState state) {
    state.latest().ifPresent(latest -> tell(parts.log(), "Going on from " + latest.folder() + "."));
    tellLeftOut(parts, "train_data", parts.program().trainData());
    parts.program().validation().ifPresent(v -> tellLeftOut(parts, "validation_data", v.data()));
    parts
        .log()
        .message(
            String.format(
                Locale.ROOT,
                "%s: %d parameters, steps %d to %d, TensorFlow %s.",
                config.getName(),
                parts.program().endpoints().parameterCount(),
                state.step() + 1,
                parts.length().totalSteps(),
                TensorFlow.version()));
    parts.log().message("How each parameter is treated:\n" + parts.program().rules().text());
    run.listener().started(parts.length().totalSteps(), state.step());
  }

  private void tellLeftOut(RunParts parts, String field, InputPipeline data) {
    String leftOut = data.source().leftOut();
    if (!leftOut.isEmpty()) {
      tell(parts.log(), field + ": not images by their names, left out: " + leftOut + ".");
    }
  }

  /** The variables hold garbage now: the checkpoint, or the start, replaces them. */
  private RunState goBack(RunParts parts, RunState state, StepOutcome outcome) {
    NonFiniteStep fault = new NonFiniteStep(parts.program(), run.task(), state.step() + 1, outcome);
    if (state.rolledBack()) {
      throw fault.again();
    }
    long step = restorer(parts).goTo(state.latest());
    fault.requireFiniteStart();
    parts.batches().skip(outcome.examples());
    parts.reporter().rewind(step);
    tell(parts.log(), fault.goingBack(step));
    return state.wentBack(step);
  }

  /** Empty where a stop was asked for meanwhile. */
  private Optional<Map<String, Double>> validate(RunParts parts, long step) {
    long start = System.nanoTime();
    Optional<Validated> validated = parts.validation().orElseThrow().run(run.stop(), done -> {});
    Optional<Map<String, Double>> values = validated.map(Validated::values);
    values.ifPresent(v -> parts.reporter().validation(step, v, (System.nanoTime() - start) * 1e-9));
    validated.flatMap(Validated::classes).ifPresent(table -> write(parts.folder(), step, table));
    return values;
  }

  private static void write(RunFolder folder, long step, ClassTable table) {
    folder.write(RunFolder.CLASSES + ".txt", "after step " + step + "\n" + table.text());
    folder.write(
        RunFolder.CLASSES + ".json", Json.text(Map.of("step", step, "classes", table.json())));
  }

  private RunState checkpoint(RunParts parts, RunState state, Map<String, Double> values) {
    double[][] next = workers.gather((double) parts.batches().nextPosition());
    long[] positions = Arrays.stream(next).mapToLong(own -> Math.round(own[0])).toArray();
    if (!workers.isChief()) {
      parts.clock().restart();
      return state;
    }
    long position = Arrays.stream(positions).min().orElseThrow();
    Manifest.RunPosition where =
        new Manifest.RunPosition(state.step(), parts.step().microSteps(state.step()), position);
    Checkpoint written =
        parts
            .store()
            .write(
                where,
                parts.data(),
                values,
                prefix -> {
                  parts.program().save(prefix);
                  Standing.write(prefix.getParent(), positions);
                });
    parts.store().prune();
    parts.clock().restart();
    parts.log().message("Checkpoint " + written.folder() + ".");
    run.listener().checkpoint(written.folder());
    return state.written(written);
  }

  /** Validates the last step where a stop had kept it from it, or says that the run is stopped. */
  private RunState last(RunParts parts, RunState reached) {
    RunState state = reached;
    boolean lacksValidation =
        parts.validation().isPresent()
            && state.latest().filter(c -> c.manifest().validation().isEmpty()).isPresent();
    if (!state.stopped() && isTrueOfChief(lacksValidation)) {
      Optional<Map<String, Double>> values = validate(parts, state.step());
      state = values.isEmpty() ? state.stop() : checkpoint(parts, state, values.get());
    }
    if (state.stopped()) {
      tell(
          parts.log(),
          String.format(
              Locale.ROOT,
              "Stopped after step %d of %d. Start the same command again to go on from there.",
              state.step(),
              parts.length().totalSteps()));
    }
    return state;
  }

  private void finish(RunState end, RunFolder folder, double seconds) {
    Checkpoint latest = end.latest().orElseThrow();
    RunEnd.Finished finished =
        new RunEnd.Finished(folder.path(), latest, latest.manifest().validation());
    Map<String, Object> more = run.end().finished(finished);
    Summary.write(folder.summary(), config.getName(), finished, seconds, more);
  }

  private RunResult alreadyFinished(RunFolder folder, RunLog log, CheckpointStore store) {
    if (!workers.isChief()) {
      return new RunResult(RunResult.Outcome.ALREADY_FINISHED, 0, Map.of(), null);
    }
    String again = "Take another --workdir to train again.";
    String gone = folder.path() + ": a finished run whose checkpoints are gone. " + again;
    Checkpoint latest =
        store.newest(Map.of(), text -> tell(log, text)).orElseThrow(() -> UserError.input(gone));
    long step = latest.manifest().progress().step();
    tell(
        log,
        String.format(
            Locale.ROOT, "%s: this run is finished (step %d). %s", folder.path(), step, again));
    return new RunResult(
        RunResult.Outcome.ALREADY_FINISHED, step, latest.manifest().validation(), latest.folder());
  }

  private static RunResult result(RunState end) {
    return new RunResult(
        end.stopped() ? RunResult.Outcome.STOPPED : RunResult.Outcome.FINISHED,
        end.step(),
        end.latest().<Map<String, Double>>map(c -> c.manifest().validation()).orElse(Map.of()),
        end.latest().map(Checkpoint::folder).orElse(null));
  }

  private void tell(RunLog log, String message) {
    log.message(message);
    run.listener().message(message);
  }
}
