package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.fdistill.config.RunLength;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Test;

class RemainingTimeTest {
  @Test
  void stepsAndTheValidationsToComeAreCounted() {
    RemainingTime time = new RemainingTime(100, 30);
    assertThat(time.seconds(40, 0.5)).isEqualTo(60 * 0.5);
    time.validated(7);
    // After 60, 90 and 100.
    assertThat(time.seconds(40, 0.5)).isEqualTo(60 * 0.5 + 3 * 7);
    time.validated(8);
    assertThat(time.seconds(60, 0.5)).isEqualTo(40 * 0.5 + 3 * 8);
    assertThat(time.seconds(61, 0.5)).isEqualTo(39 * 0.5 + 2 * 8);
    assertThat(time.seconds(100, 0.5)).isEqualTo(8);
    assertThat(time.seconds(1, Double.NaN)).isNaN();
  }

  /** As the run itself decides after each step. */
  @Test
  void theValidationsAreThoseOfTheRun() {
    for (long stepsPerEpoch : new long[] {1, 3, 7}) {
      for (double epochs : new double[] {0, 0.5, 1, 2}) {
        RunConfig.Builder config = RunConfig.newBuilder();
        config.getLogBuilder().setValidateEveryEpochs(epochs);
        RunLength length = new RunLength(stepsPerEpoch, 20, 0);
        Milestones milestones = new Milestones(config.build(), length);
        RemainingTime time = new RemainingTime(20, every(epochs, stepsPerEpoch));
        for (long step = 1; step <= 20; step++) {
          long due = LongStream.rangeClosed(step, 20).filter(milestones::isValidationDue).count();
          assertThat(time.validationsFrom(step)).as("step %d of %s", step, length).isEqualTo(due);
        }
      }
    }
  }

  private static long every(double epochs, long stepsPerEpoch) {
    return epochs == 0 ? 0 : Math.max(1, Math.round(epochs * stepsPerEpoch));
  }
}
