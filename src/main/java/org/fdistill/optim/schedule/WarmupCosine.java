package org.fdistill.optim.schedule;

import org.fdistill.proto.ScheduleConfig;

/**
 * Linear warm-up from {@code start} to {@code peak}, then a half cosine down to {@code end}, step
 * by step, as the reference has it.
 *
 * <p>The reference sets the rate after each step, from that step's index. A step therefore trains
 * with the curve's value one index earlier, and the first two steps both with {@code start}: {@code
 * rate(k) = curve(k - 1)}, {@code rate(0) = curve(0)}.
 *
 * @param start at index 0, where there is a warm-up
 * @param peak at the end of the warm-up
 * @param end at the end of the run and after it
 * @param warmupSteps below {@code totalSteps}; 0: no warm-up
 * @param totalSteps length of the run
 */
public record WarmupCosine(double start, double peak, double end, long warmupSteps, long totalSteps)
    implements LearningRateSchedule {

  /** Refuses a warm-up that leaves no step for the cosine. */
  public WarmupCosine {
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
   * @param batch examples of one optimiser step, which scale all three rates
   */
  public static WarmupCosine of(
      ScheduleConfig config, long warmupSteps, long totalSteps, int batch) {
    double scale = scale(config, batch);
    return new WarmupCosine(
        config.getWarmupLearningRate() * scale,
        config.getLearningRate() * scale,
        config.getMinLearningRate() * scale,
        warmupSteps,
        totalSteps);
  }

  /** What all rates are multiplied by for a batch. */
  static double scale(ScheduleConfig config, int batch) {
    return config.getScaleByBatch() == 0 ? 1 : batch / (double) config.getScaleByBatch();
  }

  @Override
  public double rate(long step) {
    return curve(Math.max(0, step - 1));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Start and end stay as they are, as in the reference: under a strong layer decay the first
   * layers have their peak below both.
   */
  @Override
  public double rate(long step, double share) {
    return new WarmupCosine(start, peak * share, end, warmupSteps, totalSteps).rate(step);
  }

  /**
   * The curve itself, without the shift of the reference.
   *
   * @param index from 0
   */
  public double curve(long index) {
    if (index < warmupSteps) {
      return start + index * (peak - start) / warmupSteps;
    }
    if (index >= totalSteps) {
      return end;
    }
    double progress = (index - warmupSteps) / (double) (totalSteps - warmupSteps);
    return end + (peak - end) * (1 + Math.cos(Math.PI * progress)) / 2;
  }
}
