package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.fdistill.proto.Duration;
import org.fdistill.proto.ScheduleConfig;
import org.junit.jupiter.api.Test;

class RunLengthTest {
  private static final long IMAGENET = 1_281_167;

  @Test
  void theReferencesRunHas187500Steps() {
    RunLength length = RunLength.of(schedule(epochs(300), epochs(10)), IMAGENET, 2048);
    assertThat(length).isEqualTo(new RunLength(625, 187_500, 6250));
  }

  @Test
  void partsOfAnEpochAreRoundedDown() {
    assertThat(RunLength.of(schedule(epochs(1.5), epochs(0.3)), 70, 10))
        .isEqualTo(new RunLength(7, 10, 2));
  }

  @Test
  void examplesStepsAndPercentAreUnderstood() {
    Duration examples = Duration.newBuilder().setExamples(1999).build();
    Duration percent = Duration.newBuilder().setPercent(5).build();
    assertThat(RunLength.of(schedule(examples, percent), 1000, 10))
        .isEqualTo(new RunLength(100, 199, 9));
    Duration steps = Duration.newBuilder().setSteps(50).build();
    assertThat(RunLength.of(schedule(steps, steps(7)), 1000, 10))
        .isEqualTo(new RunLength(100, 50, 7));
  }

  @Test
  void withoutWarmupThereAreNoWarmupSteps() {
    ScheduleConfig schedule = ScheduleConfig.newBuilder().setLength(epochs(2)).build();
    assertThat(RunLength.of(schedule, 100, 10).warmupSteps()).isZero();
  }

  @Test
  void dataSmallerThanABatchIsAnError() {
    assertThatThrownBy(() -> RunLength.of(schedule(epochs(1), steps(0)), 100, 128))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("100 examples, fewer than one batch (train_data.batch_size 128)");
  }

  @Test
  void aRunOfLessThanAStepIsAnError() {
    assertThatThrownBy(() -> RunLength.of(schedule(epochs(0.01), steps(0)), 100, 10))
        .isInstanceOf(UserError.class)
        .hasMessage("schedule.length 0.01 epochs is less than one step of 10 examples.");
  }

  @Test
  void aWarmupOfAnotherUnitThatIsTooLongIsAnError() {
    assertThatThrownBy(() -> RunLength.of(schedule(epochs(2), steps(20)), 100, 10))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "schedule.warmup must be shorter than the run, found 20 steps (20 steps) of 2 epochs (20"
                + " steps).");
  }

  @Test
  void aDurationWithoutUnitIsAnError() {
    assertThatThrownBy(
            () -> RunLength.of(schedule(Duration.getDefaultInstance(), steps(1)), 100, 10))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("schedule.length is empty; set exactly one of epochs, steps");
  }

  private static ScheduleConfig schedule(Duration length, Duration warmup) {
    return ScheduleConfig.newBuilder().setLength(length).setWarmup(warmup).build();
  }

  private static Duration epochs(double epochs) {
    return Duration.newBuilder().setEpochs(epochs).build();
  }

  private static Duration steps(long steps) {
    return Duration.newBuilder().setSteps(steps).build();
  }
}
