package org.fdistill.optim.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.fdistill.proto.ScheduleConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmupCosineTest {
  /** The reference's rates for its ViT runs: 300 epochs of 625 steps, 10 of them warm-up. */
  private static final WarmupCosine REFERENCE =
      WarmupCosine.of(ScheduleConfig.getDefaultInstance(), 6250, 187_500, 2048);

  /** Rounding of a few double operations on values up to 1.2e-3: well below 1e-17. */
  private static final double ROUNDING = 1e-17;

  @ParameterizedTest
  @CsvSource({
    "0, 2e-6", // the warm-up's rate
    "3125, 6.01e-4", // half way up: (2e-6 + 1.2e-3) / 2
    "6250, 1.2e-3", // the peak
    "96875, 6.1e-4", // half way down: (1.2e-3 + 2e-5) / 2
    "187500, 2e-5",
    "200000, 2e-5"
  })
  void theCurveHasTheReferencesValues(long index, double rate) {
    assertThat(REFERENCE.curve(index)).isCloseTo(rate, within(ROUNDING));
  }

  @Test
  void theLastValueIsAboveTheEndByAQuarterOfTheSquaredAngle() {
    // 1 + cos(pi - x) = x^2 / 2 for small x, with x = pi / 181250.
    double x = Math.PI / 181_250;
    double above = (1.2e-3 - 2e-5) * x * x / 4;
    assertThat(REFERENCE.curve(187_499) - 2e-5).isCloseTo(above, within(above * 0.01));
  }

  @Test
  void aStepTrainsWithTheCurveOneIndexEarlier() {
    assertThat(REFERENCE.rate(0)).isEqualTo(REFERENCE.curve(0));
    assertThat(REFERENCE.rate(1)).isEqualTo(REFERENCE.curve(0));
    assertThat(REFERENCE.rate(2)).isEqualTo(REFERENCE.curve(1)).isGreaterThan(REFERENCE.rate(1));
    assertThat(REFERENCE.rate(6251)).isEqualTo(REFERENCE.curve(6250));
  }

  @Test
  void allThreeRatesScaleWithTheBatch() {
    WarmupCosine half = WarmupCosine.of(ScheduleConfig.getDefaultInstance(), 6250, 187_500, 1024);
    for (long index : new long[] {0, 3000, 6250, 100_000, 187_500}) {
      assertThat(half.curve(index)).isCloseTo(REFERENCE.curve(index) / 2, within(ROUNDING));
    }
  }

  @Test
  void scaleByBatchZeroTakesRatesAsTheyAre() {
    ScheduleConfig config =
        ScheduleConfig.newBuilder().setLearningRate(0.1).setScaleByBatch(0).build();
    assertThat(WarmupCosine.of(config, 0, 10, 64).rate(0)).isEqualTo(0.1);
  }

  @Test
  void withoutWarmupTheFirstStepHasThePeak() {
    WarmupCosine schedule = new WarmupCosine(0.5, 1.0, 0.0, 0, 10);
    assertThat(schedule.rate(0)).isEqualTo(1.0);
    assertThat(schedule.rate(6)).isCloseTo(0.5, within(1e-15)); // cos(pi / 2) is 6e-17
  }

  @Test
  void aWarmupAsLongAsTheRunIsRefused() {
    assertThatThrownBy(() -> new WarmupCosine(0, 1, 0, 10, 10))
        .hasMessage("warm-up of 10 steps in a run of 10");
  }
}
