package org.fdistill.train;

import java.nio.file.Path;
import java.util.Map;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointStore;
import org.fdistill.checkpoint.Manifest;
import org.fdistill.checkpoint.Retention;
import org.fdistill.config.RunLength;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.data.DataIdentity;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.tensorflow.TensorFlow;

/**
 * Trains. {@link #run} and {@code train} are the loop: set up, build, restore, then step, validate
 * and checkpoint until all steps are done or a stop is requested, and the end.
 *
 * <p>A step whose loss or gradient norm is not finite takes the run back to its newest checkpoint
 * (its start, where there is none); the batch of that step is left out when its turn comes again. A
 * second one ends the run.
 */
public final class Trainer {
  /**
   * What a trainer is given.
   *
   * @param config resolved
   * @param task what is learned
   * @param folder the run's folder; a run that it holds goes on
   * @param listener hears what happens
   * @param rewriter of the built graph
   * @param end called after the last step
   * @param stop ends the run early
   */
  public record Setup(
      RunConfig config,
      Task task,
      Path folder,
      ProgressListener listener,
      Rewriter rewriter,
      RunEnd end,
      StopRequest stop) {}

  private final Setup setup;
  private final RunConfig config;
  private RunFolder folder;
  private RunLog log;
  private CheckpointStore store;
  private Milestones milestones;
  private TrainingProgram program;
  private RunLength length;
  private TrainingData data;
  private DataIdentity identity;
  private TrainingStep stepper;
  private Validation validation;
  private Progress progress;
  private long step;
  private Checkpoint latest;
  private NonFiniteSteps nonFinite;

  /** Makes a trainer for one run. */
  public Trainer(Setup setup) {
    this.setup = setup;
    this.config = setup.config();
  }

  /**
   * Trains until all steps are done or a stop is requested.
   *
   * @throws UserError where the run cannot start or go on
   */
  public RunResult run() {
    long start = System.nanoTime();
    try (RunFolder openFolder = new RunFolder(setup.folder(), config);
        RunLog openLog = new RunLog(openFolder)) {
      folder = openFolder;
      log = openLog;
      openStore();
      if (Summary.isWhole(folder.summary())) {
        return alreadyFinished();
      }
      boolean finished = train();
      double seconds = (System.nanoTime() - start) * 1e-9;
      if (finished) {
        finish(seconds);
      }
      return result(
          finished ? RunResult.Outcome.FINISHED : RunResult.Outcome.STOPPED,
          length.totalSteps(),
          seconds);
    } catch (UserError e) {
      if (log != null) {
        log.message(e.getMessage());
      }
      throw e;
    }
  }

  /** Whether all steps are done. */
  private boolean train() {
    try (TrainingProgram built = new TrainingProgram(config, setup.task(), setup.rewriter())) {
      setUp(built);
      restore();
      greet();
      while (step < length.totalSteps() && !setup.stop().isRequested()) {
        if (step()) {
          validateAndCheckpoint();
        }
      }
      return leave();
    }
  }

  private void openStore() {
    Task task = setup.task();
    store =
        new CheckpointStore(
            folder.file("checkpoints"),
            Retention.of(config.getCheckpoint(), task.criterion(), task.largerIsBetter()),
            TextProtos.toText(config));
  }

  private void setUp(TrainingProgram built) {
    program = built;
    int batch = config.getTrainData().getBatchSize();
    length = RunLength.of(config.getSchedule(), built.trainData().source().size(), batch);
    int classes = setup.task().classes();
    data = new TrainingData(built, config.getTrainData(), classes, folder);
    stepper = new TrainingStep(built, data, length, config);
    if (built.validationData() != null) {
      validation =
          new Validation(
              built.validation(),
              config.getValidationData(),
              classes,
              folder.file("unreadable-validation-images.txt"));
    }
    progress = new Progress(length, config.getLog().getEverySteps(), batch, setup.listener(), log);
    milestones = new Milestones(config, length);
    nonFinite = new NonFiniteSteps(built);
  }

  private void restore() {
    setup.task().restoreFrozen(program.session());
    latest = store.newest(program.endpoints().files().shapes(), this::tell).orElse(null);
    identity = program.trainData().source().identity();
    if (latest != null) {
      boolean accepted = config.getCheckpoint().getAcceptChangedData();
      latest.compareData(identity, accepted).ifPresent(this::tell);
    }
    String initial = goToLatest();
    if (!initial.isEmpty()) {
      tell(initial);
    }
    data.checkReadable();
    log.start(step, config.getLog().getTensorboard());
  }

  /**
   * Takes variables, step and data position of the newest checkpoint, or of the beginning.
   *
   * @return what to tell of a beginning from other weights; else empty
   */
  private String goToLatest() {
    if (latest == null) {
      String initial = new FirstValues(program, config, setup.task().network()).assign(folder);
      step = 0;
      data.start(0);
      return initial;
    }
    program.restore(latest.prefix());
    step = latest.manifest().progress().step();
    data.start(latest.manifest().progress().dataPosition());
    return "";
  }

  private void greet() {
    if (latest != null) {
      tell("Going on from " + latest.folder() + ".");
    }
    log.message(
        String.format(
            "%s: %d parameters, steps %d to %d, TensorFlow %s.",
            config.getName(),
            program.endpoints().parameterCount(),
            step + 1,
            length.totalSteps(),
            TensorFlow.version()));
    setup.listener().started(length.totalSteps(), step);
  }

  /** Whether it counts; false where the run went back instead. */
  private boolean step() {
    data.jump();
    long from = data.nextPosition();
    long start = System.nanoTime();
    StepResult result = stepper.run(step, progress.isLogged(step + 1));
    if (!result.isFinite()) {
      goBack(result, new TrainingData.Span(from, data.nextPosition()));
      return false;
    }
    step++;
    progress.step(step, result, (System.nanoTime() - start) * 1e-9);
    return true;
  }

  /** The variables hold garbage now: the checkpoint, or the start, replaces them. */
  private void goBack(StepResult result, TrainingData.Span batch) {
    String what = nonFinite.describe(step + 1, result);
    goToLatest();
    nonFinite.requireFiniteStart(what);
    data.skip(batch);
    progress.rewind(step);
    tell(
        String.format(
            "%s.\nGoing back to step %d; the examples at positions %d to %d are left out.",
            what, step, batch.from(), batch.to() - 1));
  }

  private void validateAndCheckpoint() {
    boolean validated = validation != null && milestones.isValidationDue(step);
    Map<String, Double> values = validated ? validate() : Map.of();
    if (!values.isEmpty() || milestones.isCheckpointDue(step)) {
      checkpoint(values);
    }
  }

  /** Empty where a stop was requested meanwhile. */
  private Map<String, Double> validate() {
    Map<String, Double> values = validation.run(setup.stop()).orElse(Map.of());
    if (!values.isEmpty()) {
      progress.validation(step, values);
      log.message("Validation after step " + step + ": " + values + ".");
    }
    return values;
  }

  private void checkpoint(Map<String, Double> values) {
    Manifest.Progress where =
        new Manifest.Progress(step, stepper.microSteps(step), data.nextPosition());
    latest = store.write(where, identity, values, program::save);
    store.prune();
    milestones.checkpointWritten();
    log.message("Checkpoint " + latest.folder() + ".");
    setup.listener().checkpoint(latest.folder());
  }

  /** Whether the run is done: all steps, and the validation of the last. */
  private boolean leave() {
    boolean done = step == length.totalSteps();
    if (done && validation != null && latest.manifest().validation().isEmpty()) {
      Map<String, Double> values = validate();
      if (!values.isEmpty()) {
        checkpoint(values);
      }
    }
    if (setup.stop().isRequested()) {
      if (step > 0 && (latest == null || latest.manifest().progress().step() < step)) {
        checkpoint(Map.of());
      }
      tell(
          String.format(
              "Stopped after step %d of %d. Start the same command again to go on from there.",
              step, length.totalSteps()));
      return false;
    }
    return done;
  }

  private void finish(double seconds) {
    Map<String, Double> values = latest.manifest().validation();
    RunEnd.Finished run = new RunEnd.Finished(folder.path(), latest, store.best(), values);
    Summary.write(folder.summary(), config.getName(), run, seconds, setup.end().finished(run));
  }

  private RunResult alreadyFinished() {
    String again = "Take another --workdir to train again.";
    String gone = folder.path() + ": a finished run whose checkpoints are gone. " + again;
    latest = store.newest(Map.of(), this::tell).orElseThrow(() -> UserError.input(gone));
    step = latest.manifest().progress().step();
    tell(String.format("%s: this run is finished (step %d). %s", folder.path(), step, again));
    return result(RunResult.Outcome.ALREADY_FINISHED, step, 0);
  }

  private RunResult result(RunResult.Outcome outcome, long totalSteps, double seconds) {
    return new RunResult(
        outcome,
        step,
        totalSteps,
        latest == null ? Map.of() : latest.manifest().validation(),
        seconds,
        latest == null ? null : latest.folder());
  }

  private void tell(String message) {
    log.message(message);
    setup.listener().message(message);
  }
}
