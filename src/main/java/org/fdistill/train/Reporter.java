package org.fdistill.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.config.RunLength;

/** Turns the outcomes of steps into reports and lines of the log. */
final class Reporter {
  /** Steps over which the speed is measured. */
  private static final int WINDOW = 20;

  private final RunLength length;
  private final long every;
  private final int batch;
  private final ProgressListener listener;
  private final RunLog log;
  private final Deque<Double> seconds = new ArrayDeque<>();
  private final Deque<Double> waits = new ArrayDeque<>();
  private final Map<String, Double> sums = new LinkedHashMap<>();
  private long summed;
  private boolean warm;
  private double validationSeconds;

  /**
   * For one process, whose first step is a warm-up and tells nothing of the speed.
   *
   * @param length of the run
   * @param every steps between two lines of the log
   * @param batch images of a step
   */
  Reporter(RunLength length, long every, int batch, ProgressListener listener, RunLog log) {
    this.length = length;
    this.every = Math.max(1, every);
    this.batch = batch;
    this.listener = listener;
    this.log = log;
  }

  /** Whether a line of the log follows a step. */
  boolean isLogged(long step) {
    return step % every == 0 || step == length.totalSteps();
  }

  /**
   * Takes in a step. One that is not finite is no progress, and is told by the way back.
   *
   * @param step steps done, this one included
   * @param validations that are still to come, this step's included
   */
  void step(long step, StepOutcome outcome, long validations) {
    if (!outcome.isFinite()) {
      return;
    }
    addTime(outcome);
    addMeans(outcome);
    double left = secondsPerStep() * (length.totalSteps() - step) + validationSeconds * validations;
    listener.step(
        new ProgressListener.StepReport(
            step,
            length.totalSteps(),
            outcome.loss(),
            losses(outcome),
            batch / secondsPerStep(),
            dataWaitShare(),
            left));
    if (isLogged(step)) {
      log.training(step, epoch(step), line(outcome));
    }
  }

  /** Metrics whose names say that they are losses. */
  private static Map<String, Double> losses(StepOutcome outcome) {
    Map<String, Double> losses = new LinkedHashMap<>(outcome.metrics());
    losses.keySet().removeIf(name -> !name.matches("loss_.*|.*_loss(_.*)?"));
    return losses;
  }

  /** The first step of a process warms up, and does not count. */
  private void addTime(StepOutcome outcome) {
    if (warm) {
      seconds.addLast(outcome.seconds());
      waits.addLast(outcome.dataWaitSeconds());
    }
    warm = true;
    if (seconds.size() > WINDOW) {
      seconds.removeFirst();
      waits.removeFirst();
    }
  }

  /** NaN before the second step. */
  private double dataWaitShare() {
    return waits.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN)
        / secondsPerStep();
  }

  /** NaN before the second step. */
  private double secondsPerStep() {
    return seconds.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  private void addMeans(StepOutcome outcome) {
    sums.merge("loss", outcome.loss(), Double::sum);
    sums.merge("gradient_norm", outcome.gradientNorm(), Double::sum);
    outcome.metrics().forEach((name, value) -> sums.merge(name, value, Double::sum));
    summed++;
  }

  /** The means since the last line, and the state of this step. */
  private Map<String, Double> line(StepOutcome outcome) {
    Map<String, Double> means = new LinkedHashMap<>();
    sums.forEach((name, sum) -> means.put(name, sum / summed));
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", means.remove("loss"));
    values.put("learning_rate", outcome.learningRate());
    values.put("gradient_norm", means.remove("gradient_norm"));
    values.put("images_per_second", batch / secondsPerStep());
    if (!seconds.isEmpty()) {
      values.put("data_wait_share", dataWaitShare());
    }
    values.putAll(means);
    forget();
    return values;
  }

  private void forget() {
    sums.clear();
    summed = 0;
  }

  /**
   * Takes in a validation.
   *
   * @param took seconds
   */
  void validation(long step, Map<String, Double> values, double took) {
    validationSeconds = took;
    log.validation(step, epoch(step), values);
    log.message("Validation after step " + step + ": " + values + ".");
    listener.validation(values);
  }

  /** Steps after this one are run again. */
  void rewind(long step) {
    forget();
    log.rewind(step);
  }

  private double epoch(long step) {
    return step / (double) length.stepsPerEpoch();
  }
}
