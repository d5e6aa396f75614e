package org.fdistill.optim.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.TextFormat;
import org.fdistill.proto.ScheduleConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmupPolyTest {
  private static final String ADE20K =
      "curve: POLY learning_rate: 4e-4 warmup_learning_rate: 4e-10 min_learning_rate: 0"
          + " scale_by_batch: 0";

  /**
   * mmcv's: the rate without warm-up, 4e-4 (1 - k / 160000), times 1 - (1 - k / 1500) (1 - 1e-6) in
   * the first 1,500 steps.
   */
  @ParameterizedTest
  @CsvSource({
    "0, 4e-10",
    "1, 2.670647308350045e-7",
    "750, 1.9906269906250004e-4",
    "1499, 3.95988331930835e-4",
    "1500, 3.9625e-4",
    "80000, 2e-4",
    "159999, 2.5e-9",
    "160000, 0"
  })
  void theRatesOfAde20kAreThoseOfMmcv(long step, double expected) throws Exception {
    ScheduleConfig config = TextFormat.parse(ADE20K, ScheduleConfig.class);
    LearningRateSchedule schedule = LearningRateSchedule.of(config, 1500, 160_000, 16);
    assertThat(schedule.rate(step)).isCloseTo(expected, within(expected * 1e-9));
    // All groups alike, the warm-up included.
    assertThat(schedule.rate(step, 0.5)).isEqualTo(schedule.rate(step) / 2);
  }

  @Test
  void aPowerBendsTheCurveDownToTheLeastRate() {
    WarmupPoly schedule = new WarmupPoly(0, 1, 0.5, 2, 0, 10);
    assertThat(schedule.rate(0)).isEqualTo(1);
    assertThat(schedule.rate(5)).isEqualTo(0.625);
    assertThat(schedule.rate(11)).isEqualTo(0.5);
  }
}
