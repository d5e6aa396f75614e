package org.fdistill.train;

import org.fdistill.config.RunLength;
import org.fdistill.proto.RunConfig;

/**
 * What follows a step. It is taken from a vector of numbers and the step's index alone, so that
 * processes which agree on the vector take the same decision.
 *
 * @param rollBack the step's result is not finite: back to the newest checkpoint
 * @param validate the run is validated
 * @param checkpoint the run is written to the disk
 * @param stop the run ends early
 */
record Decision(boolean rollBack, boolean validate, boolean checkpoint, boolean stop) {
  /**
   * What this process wants to follow the next step: a stop, a checkpoint by the clock; each 0 or
   * 1.
   */
  static float[] votes(boolean stopAsked, boolean clockDue) {
    return new float[] {stopAsked ? 1 : 0, clockDue ? 1 : 0};
  }

  /**
   * The vector of a step: not finite, stop asked for, checkpoint due by the clock; each 0 or above.
   * Of several processes all have the same one.
   *
   * @param votes {@link #votes} of one process, or means of those of several
   */
  static float[] vector(StepOutcome outcome, float[] votes) {
    return new float[] {outcome.isFinite() ? 0 : 1, votes[0], votes[1]};
  }

  /**
   * After which steps a run is validated and written to the disk. The last step has both.
   *
   * @param length of the run
   * @param validates whether there is validation data
   * @param validationSteps between two validations; 0: only at the end
   * @param checkpointSteps between two checkpoints; 0: never by steps
   */
  record Rule(RunLength length, boolean validates, long validationSteps, long checkpointSteps) {
    /** As configured; epochs between validations become whole steps, at least one. */
    static Rule of(RunConfig config, RunLength length) {
      double epochs = config.getLog().getValidateEveryEpochs();
      long steps = epochs > 0 ? Math.max(1, Math.round(epochs * length.stepsPerEpoch())) : 0;
      long every = config.getCheckpoint().getEverySteps();
      return new Rule(length, config.hasValidationData(), steps, every);
    }

    /**
     * What follows a step. One that is not finite is rolled back, whatever else is due.
     *
     * @param step steps done, this one included
     * @param vector of the step
     */
    Decision after(long step, float[] vector) {
      if (vector[0] > 0) {
        return new Decision(true, false, false, false);
      }
      boolean last = step == length.totalSteps();
      boolean stop = vector[1] > 0;
      boolean validate = validates && !stop && (last || isMultiple(step, validationSteps));
      boolean due = vector[2] > 0 || isMultiple(step, checkpointSteps);
      return new Decision(false, validate, last || validate || stop || due, stop);
    }

    /** Validations from a step to the end of the run, both included. */
    long validationsFrom(long step) {
      if (!validates) {
        return 0;
      }
      long total = length.totalSteps();
      boolean extra = validationSteps == 0 || total % validationSteps != 0;
      long regular =
          validationSteps == 0 ? 0 : total / validationSteps - (step - 1) / validationSteps;
      return regular + (extra ? 1 : 0);
    }

    private static boolean isMultiple(long step, long every) {
      return every > 0 && step % every == 0;
    }
  }
}
