package org.fdistill.train;

/** How long a run will still take: its steps, and the validations among and after them. */
final class RemainingTime {
  private final long totalSteps;
  private final long validateEvery;
  private double validationSeconds;

  /**
   * Starts without a measured validation: until the first one none is counted.
   *
   * @param totalSteps length of the run
   * @param validateEvery steps from one validation to the next; the last step has one as well. 0:
   *     the last step alone
   */
  RemainingTime(long totalSteps, long validateEvery) {
    this.totalSteps = totalSteps;
    this.validateEvery = validateEvery;
  }

  /** A validation took so long; the next ones are taken to last as long as the latest. */
  void validated(double seconds) {
    validationSeconds = seconds;
  }

  /**
   * Seconds to the end.
   *
   * @param step steps done; a validation that is due after it is still to come
   * @param secondsPerStep NaN where not known yet, and so is then the result
   */
  double seconds(long step, double secondsPerStep) {
    return (totalSteps - step) * secondsPerStep + validationsFrom(step) * validationSeconds;
  }

  /** Validations after the given step and after those that follow it. */
  long validationsFrom(long step) {
    if (validateEvery <= 0) {
      return 1;
    }
    long before = Math.max(0, step - 1) / validateEvery;
    boolean extraAtEnd = totalSteps % validateEvery != 0;
    return totalSteps / validateEvery - before + (extraAtEnd ? 1 : 0);
  }
}
