package org.fdistill.optim.schedule;

import org.fdistill.proto.ScheduleConfig;

/**
 * mmsegmentation's schedule: from {@code peak} to {@code end} by a power of the share of the run
 * that is left, and, during the warm-up, a share of that which grows linearly from {@code start /
 * peak} to 1.
 *
 * @param start at index 0, where there is a warm-up
 * @param peak without warm-up at index 0
 * @param end at the end of the run and after it
 * @param power 1: linear
 * @param warmupSteps below {@code totalSteps}; 0: no warm-up
 * @param totalSteps length of the run
 */
public record WarmupPoly(
    double start, double peak, double end, double power, long warmupSteps, long totalSteps)
    implements LearningRateSchedule {

  /** Refuses a warm-up that leaves no step after it. */
  public WarmupPoly {
    if (warmupSteps < 0 || warmupSteps >= totalSteps) {
      throw new IllegalArgumentException(
          "warm-up of " + warmupSteps + " steps in a run of " + totalSteps);
    }
  }

  /**
   * As configured, with all three rates scaled to the batch.
   *
   * @param config rates before scaling
   * @param warmupSteps its warm-up in steps
   * @param totalSteps its length in steps
   * @param batch examples of one optimiser step
   */
  public static WarmupPoly of(ScheduleConfig config, long warmupSteps, long totalSteps, int batch) {
    double scale = WarmupCosine.scale(config, batch);
    return new WarmupPoly(
        config.getWarmupLearningRate() * scale,
        config.getLearningRate() * scale,
        config.getMinLearningRate() * scale,
        config.getPower(),
        warmupSteps,
        totalSteps);
  }

  @Override
  public double rate(long step) {
    double left = 1 - Math.min(step, totalSteps) / (double) totalSteps;
    double rate = end + (peak - end) * Math.pow(left, power);
    if (step >= warmupSteps) {
      return rate;
    }
    double missing = (1 - step / (double) warmupSteps) * (1 - start / peak);
    return rate * (1 - missing);
  }
}
