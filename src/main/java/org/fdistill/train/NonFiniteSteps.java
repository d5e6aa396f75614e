package org.fdistill.train;

import java.util.List;
import org.fdistill.config.UserError;

/** What a run says of steps whose loss or gradient norm is not finite, and how many it bears. */
final class NonFiniteSteps {
  private final TrainingProgram program;
  private boolean seen;

  NonFiniteSteps(TrainingProgram program) {
    this.program = program;
  }

  /**
   * Says what is wrong with a step.
   *
   * @param step its number, from 1
   * @throws UserError where it is the second one
   */
  String describe(long step, StepResult result) {
    String what =
        String.format(
            "Step %d: %s is not finite (loss %s, gradient norm %s, learning rate %s)",
            step,
            result.firstNonFinite(program.endpoints().step().parameters()),
            result.loss(),
            result.gradientNorm(),
            result.learningRate());
    if (seen) {
      throw UserError.run(
          what
              + ", for the second time.\nTry a lower schedule.learning_rate, a longer"
              + " schedule.warmup, a smaller optimizer.clip_norm or runtime.precision: FLOAT32.");
    }
    seen = true;
    return what;
  }

  /**
   * Checks the variables that a run went back to.
   *
   * @param what happened
   * @throws UserError naming those that are not finite, since every step from them would fail
   */
  void requireFiniteStart(String what) {
    List<String> bad = program.nonFiniteVariables();
    if (!bad.isEmpty()) {
      throw UserError.run(
          what
              + ".\nThe values that training started from are not finite either: "
              + String.join(", ", bad)
              + ".\nCheck model.init_from, or move the checkpoints away and start anew.");
    }
  }
}
