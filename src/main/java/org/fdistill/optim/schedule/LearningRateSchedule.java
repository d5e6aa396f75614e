package org.fdistill.optim.schedule;

import org.fdistill.proto.ScheduleConfig;

/** The learning rate of each optimiser step. */
public interface LearningRateSchedule {
  /**
   * The rate that a step trains with.
   *
   * @param step index of the optimiser step, from 0
   */
  double rate(long step);

  /**
   * The rate that a step trains some parameters with.
   *
   * @param step index of the optimiser step, from 0
   * @param share by which their peak rate is multiplied
   */
  default double rate(long step, double share) {
    return share * rate(step);
  }

  /**
   * The schedule that a config describes.
   *
   * @param warmupSteps its warm-up in steps
   * @param totalSteps its length in steps
   * @param batch examples of one optimiser step
   */
  static LearningRateSchedule of(
      ScheduleConfig config, long warmupSteps, long totalSteps, int batch) {
    return switch (config.getCurve()) {
      case COSINE -> WarmupCosine.of(config, warmupSteps, totalSteps, batch);
      case POLY -> WarmupPoly.of(config, warmupSteps, totalSteps, batch);
    };
  }
}
