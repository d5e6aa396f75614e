package org.fdistill.config;

import org.fdistill.proto.Duration;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.RuntimeConfig;
import org.fdistill.proto.ScheduleConfig;

/** Checks the schedule, and how a step is run. */
final class TrainingChecks {
  private final Problems problems;

  private TrainingChecks(Problems problems) {
    this.problems = problems;
  }

  static void check(RunConfig config, Problems problems) {
    TrainingChecks checks = new TrainingChecks(problems);
    checks.schedule(config.getSchedule());
    checks.compiledStep(config);
  }

  private void compiledStep(RunConfig config) {
    int accumulation = config.getOptimizer().getAccumulation();
    problems.unless(
        config.getRuntime().getXla() != RuntimeConfig.Xla.WHOLE_STEP || accumulation <= 1,
        "runtime.xla",
        String.format(
            "is WHOLE_STEP, which compiles one update a run, but optimizer.accumulation is %d; set"
                + " accumulation to 1, or xla to LOOPS, AUTO or OFF",
            accumulation));
  }

  private void schedule(ScheduleConfig schedule) {
    notAbovePeak(schedule, "min_learning_rate", schedule.getMinLearningRate());
    length(schedule.getLength());
    if (schedule.hasWarmup()) {
      notAbovePeak(schedule, "warmup_learning_rate", schedule.getWarmupLearningRate());
      warmup(schedule.getWarmup(), schedule.getLength());
    }
  }

  private void notAbovePeak(ScheduleConfig schedule, String field, double rate) {
    problems.unless(
        rate <= schedule.getLearningRate(),
        "schedule." + field,
        String.format(
            "must not be above learning_rate (%s), found %s",
            Problems.plain(schedule.getLearningRate()), Problems.plain(rate)));
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
    problems.unless(
        length.getUnitCase() == Duration.UnitCase.UNIT_NOT_SET || Durations.amount(length) > 0,
        path,
        "must be above 0, found 0");
  }

  /** Compares in the same unit; across units only the data's size tells: see RunLength. */
  private void warmup(Duration warmup, Duration length) {
    String path = "schedule.warmup";
    problems.unless(
        warmup.getUnitCase() != Duration.UnitCase.UNIT_NOT_SET,
        path,
        "is empty; set one of epochs, steps, examples, percent, or leave it out");
    double amount = Durations.amount(warmup);
    boolean percent = warmup.getUnitCase() == Duration.UnitCase.PERCENT;
    double whole = percent ? 100 : Durations.amount(length);
    problems.unless(
        !(percent || warmup.getUnitCase() == length.getUnitCase()) || amount < whole,
        path,
        String.format(
            "must be shorter than the run, found %s of %s",
            Durations.text(warmup), percent ? "100 percent" : Durations.text(length)));
  }
}
