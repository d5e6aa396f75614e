package org.fdistill.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.config.RunLength;

/** Turns the results of steps into reports and lines of the log. */
final class Progress {
  private final RunLength length;
  private final long every;
  private final ProgressListener listener;
  private final RunLog log;
  private final Throughput throughput;
  private final IntervalMeans means = new IntervalMeans();
  private double dataWaitShare = Double.NaN;

  /**
   * Starts.
   *
   * @param length of the run
   * @param every steps between two lines of the log
   * @param batch images of a step
   */
  Progress(RunLength length, long every, int batch, ProgressListener listener, RunLog log) {
    this.length = length;
    this.every = Math.max(1, every);
    this.listener = listener;
    this.log = log;
    this.throughput = new Throughput(batch);
  }

  /** Whether a line of the log follows a step. */
  boolean isLogged(long step) {
    return step % every == 0 || step == length.totalSteps();
  }

  double epoch(long step) {
    return step / (double) length.stepsPerEpoch();
  }

  /**
   * Takes in a step.
   *
   * @param step steps done, this one included
   * @param seconds that it took
   */
  void step(long step, StepResult result, double seconds) {
    throughput.add(seconds);
    means.add(Map.of("loss", result.loss(), "gradient_norm", result.gradientNorm()), 1);
    means.add(result.metrics(), 1);
    if (!Double.isNaN(result.dataWaitShare())) {
      dataWaitShare = result.dataWaitShare();
    }
    listener.step(
        new ProgressListener.StepReport(
            step,
            length.totalSteps(),
            result.loss(),
            throughput.imagesPerSecond(),
            dataWaitShare,
            result.learningRate(),
            throughput.secondsPerStep() * (length.totalSteps() - step)));
    if (isLogged(step)) {
      log.training(step, epoch(step), line(result));
    }
  }

  private Map<String, Double> line(StepResult result) {
    Map<String, Double> averages = means.take();
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", averages.remove("loss"));
    values.put("learning_rate", result.learningRate());
    values.put("gradient_norm", averages.remove("gradient_norm"));
    values.put("images_per_second", throughput.imagesPerSecond());
    values.put("data_wait_share", dataWaitShare);
    values.putAll(averages);
    return values;
  }

  void validation(long step, Map<String, Double> values) {
    log.validation(step, epoch(step), values);
    listener.validation(values);
  }

  /** Steps after this one are run again. */
  void rewind(long step) {
    means.take();
    log.rewind(step);
  }
}
