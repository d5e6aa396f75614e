package org.fdistill.optim.schedule;

/** The learning rate of each optimiser step. */
public interface LearningRateSchedule {
  /**
   * The rate that a step trains with.
   *
   * @param step index of the optimiser step, from 0
   */
  double rate(long step);
}
