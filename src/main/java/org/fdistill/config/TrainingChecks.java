package org.fdistill.config;

import org.fdistill.proto.CheckpointConfig;
import org.fdistill.proto.Duration;
import org.fdistill.proto.LogConfig;
import org.fdistill.proto.OptimizerConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.RuntimeConfig;
import org.fdistill.proto.ScheduleConfig;

/** Checks the values of optimiser, schedule, runtime, checkpoints and log. */
final class TrainingChecks {
  private final Problems problems;

  private TrainingChecks(Problems problems) {
    this.problems = problems;
  }

  static void check(RunConfig config, Problems problems) {
    TrainingChecks checks = new TrainingChecks(problems);
    checks.optimizer(config.getOptimizer());
    checks.schedule(config.getSchedule());
    checks.checkpoint(config.getCheckpoint());
    checks.log(config.getLog());
    checks.compiledStep(config);
    problems.notNegative(config.getRuntime().getIntraOpThreads(), "runtime.intra_op_threads");
    problems.notNegative(config.getRuntime().getInterOpThreads(), "runtime.inter_op_threads");
  }

  private void optimizer(OptimizerConfig optimizer) {
    problems.share(optimizer.getAdamw().getBeta1(), "optimizer.adamw.beta1");
    problems.share(optimizer.getAdamw().getBeta2(), "optimizer.adamw.beta2");
    problems.positive(optimizer.getAdamw().getEpsilon(), "optimizer.adamw.epsilon");
    problems.notNegative(optimizer.getAdamw().getWeightDecay(), "optimizer.adamw.weight_decay");
    problems.notNegative(optimizer.getClipNorm(), "optimizer.clip_norm");
    problems.positive(optimizer.getAccumulation(), "optimizer.accumulation");
  }

  private void compiledStep(RunConfig config) {
    int accumulation = config.getOptimizer().getAccumulation();
    problems.unless(
        config.getRuntime().getXla() != RuntimeConfig.Xla.WHOLE_STEP || accumulation <= 1,
        "runtime.xla",
        String.format(
            "is WHOLE_STEP, which compiles one update a run, but optimizer.accumulation is %d; set"
                + " accumulation to 1, or xla to AUTO or OFF",
            accumulation));
  }

  private void schedule(ScheduleConfig schedule) {
    problems.positive(schedule.getLearningRate(), "schedule.learning_rate");
    problems.notNegative(schedule.getWarmupLearningRate(), "schedule.warmup_learning_rate");
    problems.notNegative(schedule.getMinLearningRate(), "schedule.min_learning_rate");
    problems.unless(
        schedule.getMinLearningRate() <= schedule.getLearningRate(),
        "schedule.min_learning_rate",
        String.format(
            "must not be above learning_rate (%s), found %s",
            schedule.getLearningRate(), schedule.getMinLearningRate()));
    problems.notNegative(schedule.getScaleByBatch(), "schedule.scale_by_batch");
    length(schedule.getLength());
    if (schedule.hasWarmup()) {
      warmup(schedule.getWarmup(), schedule.getLength());
    }
  }

  private void length(Duration length) {
    String path = "schedule.length";
    problems.unless(
        length.getUnitCase() != Duration.UnitCase.UNIT_NOT_SET,
        path,
        "is not set; set one of epochs, steps, examples, such as length { epochs: 100 }");
    problems.unless(
        length.getUnitCase() != Duration.UnitCase.PERCENT,
        path,
        "cannot be in percent of itself; set one of epochs, steps, examples");
    if (length.getUnitCase() != Duration.UnitCase.UNIT_NOT_SET) {
      problems.positive(Durations.amount(length), path);
    }
  }

  /** Compares in the same unit; across units only the data's size tells: see RunLength. */
  private void warmup(Duration warmup, Duration length) {
    String path = "schedule.warmup";
    problems.unless(
        warmup.getUnitCase() != Duration.UnitCase.UNIT_NOT_SET,
        path,
        "is empty; set one of epochs, steps, examples, percent, or leave it out");
    double amount = Durations.amount(warmup);
    problems.notNegative(amount, path);
    boolean percent = warmup.getUnitCase() == Duration.UnitCase.PERCENT;
    double whole = percent ? 100 : Durations.amount(length);
    problems.unless(
        !(percent || warmup.getUnitCase() == length.getUnitCase()) || amount < whole,
        path,
        String.format(
            "must be shorter than the run, found %s of %s",
            Durations.text(warmup), percent ? "100 percent" : Durations.text(length)));
  }

  private void checkpoint(CheckpointConfig checkpoint) {
    problems.notNegative(checkpoint.getEverySteps(), "checkpoint.every_steps");
    problems.notNegative(checkpoint.getEveryMinutes(), "checkpoint.every_minutes");
    problems.positive(checkpoint.getKeepLast(), "checkpoint.keep_last");
  }

  private void log(LogConfig log) {
    problems.positive(log.getEverySteps(), "log.every_steps");
    problems.notNegative(log.getValidateEveryEpochs(), "log.validate_every_epochs");
  }
}
