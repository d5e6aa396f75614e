package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.fdistill.config.RunLength;
import org.junit.jupiter.api.Test;

class DecisionTest {
  /** 8 steps an epoch, 20 steps. */
  private static final RunLength LENGTH = new RunLength(8, 20, 0);

  private static final float[] NOTHING = {0, 0, 0};

  private static Decision.Rule rule(String... overrides) {
    return Decision.Rule.of(Runs.config(overrides), LENGTH);
  }

  private static List<Long> steps(Decision.Rule rule, Predicate<Decision> what) {
    return LongStream.rangeClosed(1, 20)
        .filter(step -> what.test(rule.after(step, NOTHING)))
        .boxed()
        .toList();
  }

  @Test
  void checkpointsComeEverySoManyStepsAndAtTheEnd() {
    assertThat(steps(rule("checkpoint.every_steps=6"), Decision::checkpoint))
        .containsExactly(6L, 12L, 18L, 20L);
    assertThat(steps(rule("checkpoint.every_steps=0"), Decision::checkpoint)).containsExactly(20L);
  }

  @Test
  void validationComesByPartsOfAnEpochAndAtTheEndAndIsWritten() {
    Decision.Rule rule = rule("log.validate_every_epochs=0.5", "checkpoint.every_steps=0");
    assertThat(steps(rule, Decision::validate)).containsExactly(4L, 8L, 12L, 16L, 20L);
    assertThat(steps(rule, Decision::checkpoint)).containsExactly(4L, 8L, 12L, 16L, 20L);
    assertThat(steps(rule("log.validate_every_epochs=0"), Decision::validate)).containsExactly(20L);
  }

  @Test
  void withoutValidationDataNothingIsValidated() {
    Decision.Rule rule = new Decision.Rule(LENGTH, false, 4, 0);
    assertThat(steps(rule, Decision::validate)).isEmpty();
    assertThat(steps(rule, Decision::checkpoint)).containsExactly(20L);
    assertThat(rule.validationsFrom(1)).isZero();
  }

  @Test
  void theVectorOfAStepDecides() {
    Decision.Rule rule = rule("checkpoint.every_steps=0");
    assertThat(rule.after(3, new float[] {1, 1, 1}))
        .isEqualTo(new Decision(true, false, false, false));
    assertThat(rule.after(3, new float[] {0, 1, 0}))
        .isEqualTo(new Decision(false, false, true, true));
    assertThat(rule.after(3, new float[] {0, 0, 1}))
        .isEqualTo(new Decision(false, false, true, false));
    // A stop at the last step keeps it from its validation, which the next start makes up for.
    assertThat(rule.after(20, new float[] {0, 1, 0}))
        .isEqualTo(new Decision(false, false, true, true));
  }

  @Test
  void aStepIsBadWhereLossOrNormIsNotFinite() {
    assertThat(Decision.vector(outcome(1, 1), Decision.votes(false, false)))
        .containsExactly(0, 0, 0);
    assertThat(Decision.vector(outcome(Double.NaN, 1), Decision.votes(true, false)))
        .containsExactly(1, 1, 0);
    assertThat(Decision.vector(outcome(1, Double.POSITIVE_INFINITY), Decision.votes(false, true)))
        .containsExactly(1, 0, 1);
  }

  private static StepOutcome outcome(double loss, double norm) {
    return new StepOutcome(
        loss,
        norm,
        new float[0],
        Map.of(),
        List.of(),
        new float[2],
        0,
        new Span(0, 8),
        1,
        Double.NaN);
  }

  @Test
  void validationsToComeAreCounted() {
    Decision.Rule rule = new Decision.Rule(LENGTH, true, 8, 0);
    assertThat(steps(rule, Decision::validate)).containsExactly(8L, 16L, 20L);
    assertThat(rule.validationsFrom(1)).isEqualTo(3);
    assertThat(rule.validationsFrom(8)).isEqualTo(3);
    assertThat(rule.validationsFrom(9)).isEqualTo(2);
    assertThat(rule.validationsFrom(20)).isEqualTo(1);
  }

  @Test
  void theClockCountsFromTheLastCheckpoint() throws InterruptedException {
    CheckpointClock clock = new CheckpointClock(1e-3);
    assertThat(clock.isDue()).isFalse();
    Thread.sleep(70);
    assertThat(clock.isDue()).isTrue();
    clock.restart();
    assertThat(clock.isDue()).isFalse();
    assertThat(new CheckpointClock(0).isDue()).isFalse();
  }
}
