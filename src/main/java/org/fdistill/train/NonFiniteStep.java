package org.fdistill.train;

import java.util.List;
import java.util.Locale;
import org.fdistill.config.UserError;
import org.fdistill.task.Task;

/** What is said of a step whose loss or gradient norm is not finite. */
final class NonFiniteStep {
  private final TrainingProgram program;
  private final Task task;
  private final long step;
  private final StepOutcome outcome;
  private final String what;

  /**
   * Looks at a step before its variables are rolled back.
   *
   * @param task that was built into the program
   * @param step its number, from 1
   */
  NonFiniteStep(TrainingProgram program, Task task, long step, StepOutcome outcome) {
    this.program = program;
    this.task = task;
    this.step = step;
    this.outcome = outcome;
    this.what =
        String.format(
            Locale.ROOT,
            "Step %d: %s is not finite (loss %s, gradient norm %s, learning rate %s)",
            step,
            outcome.firstNonFinite(program.endpoints().step().parameters()),
            outcome.loss(),
            outcome.gradientNorm(),
            outcome.learningRate());
  }

  /** The error of a second one. */
  UserError again() {
    if (!outcome.nonFiniteInputs().isEmpty()) {
      return task.nonFinite(outcome.nonFiniteInputs(), "step " + step);
    }
    return UserError.run(
        what
            + ", for the second time.\nTry a lower schedule.learning_rate, a longer"
            + " schedule.warmup, a smaller optimizer.clip_norm or runtime.precision: FLOAT32.");
  }

  /**
   * Checks the variables that a run went back to.
   *
   * @throws UserError naming those that are not finite, since every step from them would fail
   */
  void requireFiniteStart() {
    List<String> bad = program.nonFiniteVariables();
    if (!bad.isEmpty()) {
      throw UserError.run(
          what
              + ".\nThe values that training started from are not finite either: "
              + String.join(", ", bad)
              + ".\nCheck model.init_from, or move the checkpoints away and start anew.");
    }
  }

  /** What is told of the way back. */
  String goingBack(long to) {
    return String.format(
        Locale.ROOT,
        "%s.\nGoing back to step %d; the examples at positions %d to %d are left out.",
        what,
        to,
        outcome.examples().from(),
        outcome.examples().to() - 1);
  }
}
