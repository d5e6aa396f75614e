package org.fdistill.config;

import org.fdistill.proto.ScheduleConfig;

/**
 * The length of a run in optimiser steps.
 *
 * @param stepsPerEpoch whole batches in the data; a last smaller one is dropped
 * @param totalSteps of the run
 * @param warmupSteps of these, with a rising learning rate
 */
public record RunLength(long stepsPerEpoch, long totalSteps, long warmupSteps) {

  /**
   * Converts a schedule's durations.
   *
   * @param examplesPerEpoch size of the training data, those of one worker group together
   * @param batch examples of one optimiser step
   * @throws UserError if the run would have no step, or no step after its warm-up
   */
  public static RunLength of(ScheduleConfig schedule, long examplesPerEpoch, int batch) {
    long stepsPerEpoch = examplesPerEpoch / batch;
    if (stepsPerEpoch == 0) {
      throw UserError.usage(
          String.format(
              "the training data has %d examples, fewer than one batch (train_data.batch_size %d)."
                  + " Use a smaller batch or more data.",
              examplesPerEpoch, batch));
    }
    long total = Durations.steps(schedule.getLength(), "schedule.length", batch, stepsPerEpoch, 0);
    if (total < 1) {
      throw UserError.usage(
          String.format(
              "schedule.length %s is less than one step of %d examples.",
              Durations.text(schedule.getLength()), batch));
    }
    return new RunLength(stepsPerEpoch, total, warmup(schedule, batch, stepsPerEpoch, total));
  }

  private static long warmup(ScheduleConfig schedule, int batch, long stepsPerEpoch, long total) {
    if (!schedule.hasWarmup()) {
      return 0;
    }
    long warmup =
        Durations.steps(schedule.getWarmup(), "schedule.warmup", batch, stepsPerEpoch, total);
    if (warmup >= total) {
      throw UserError.usage(
          String.format(
              "schedule.warmup must be shorter than the run, found %s (%d steps) of %s (%d steps).",
              Durations.text(schedule.getWarmup()),
              warmup,
              Durations.text(schedule.getLength()),
              total));
    }
    return warmup;
  }
}
