package org.fdistill.config;

import org.fdistill.proto.Duration;

/** Lengths of training, in the unit that people think in, converted to steps in one place. */
public final class Durations {
  private Durations() {}

  /**
   * Steps of a duration, rounded down. An epoch has {@code stepsPerEpoch} whole batches, as a last
   * smaller batch is dropped; a part of an epoch is that part of them.
   *
   * @param duration exactly one unit set
   * @param path the field's path, for messages
   * @param batch examples a step
   * @param stepsPerEpoch whole batches in the data
   * @param totalSteps the whole run, for percent
   */
  static long steps(
      Duration duration, String path, long batch, long stepsPerEpoch, long totalSteps) {
    return switch (duration.getUnitCase()) {
      case EPOCHS -> (long) (duration.getEpochs() * stepsPerEpoch);
      case STEPS -> duration.getSteps();
      case EXAMPLES -> duration.getExamples() / batch;
      case PERCENT -> (long) (totalSteps * duration.getPercent() / 100);
      case UNIT_NOT_SET ->
          throw UserError.usage(
              path + " is empty; set exactly one of epochs, steps, examples, percent.");
    };
  }

  /** The number without its unit; 0 where none is set. */
  static double amount(Duration duration) {
    return switch (duration.getUnitCase()) {
      case EPOCHS -> duration.getEpochs();
      case STEPS -> duration.getSteps();
      case EXAMPLES -> duration.getExamples();
      case PERCENT -> duration.getPercent();
      case UNIT_NOT_SET -> 0;
    };
  }

  /** Number and unit, such as "300 epochs". */
  public static String text(Duration duration) {
    return switch (duration.getUnitCase()) {
      case EPOCHS -> Problems.plain(duration.getEpochs()) + " epochs";
      case STEPS -> duration.getSteps() + " steps";
      case EXAMPLES -> duration.getExamples() + " examples";
      case PERCENT -> Problems.plain(duration.getPercent()) + " percent";
      case UNIT_NOT_SET -> "nothing";
    };
  }
}
