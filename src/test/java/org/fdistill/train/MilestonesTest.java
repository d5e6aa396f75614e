package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.fdistill.config.RunLength;
import org.junit.jupiter.api.Test;

class MilestonesTest {
  /** 8 steps an epoch, 20 steps. */
  private static final RunLength LENGTH = new RunLength(8, 20, 0);

  private static List<Long> steps(LongPredicate due) {
    return LongStream.rangeClosed(1, 20).filter(due).boxed().toList();
  }

  private static Milestones milestones(String... overrides) {
    return new Milestones(Runs.config(overrides), LENGTH);
  }

  @Test
  void checkpointsComeEverySoManyStepsAndAtTheEnd() {
    assertThat(steps(milestones("checkpoint.every_steps=6")::isCheckpointDue))
        .containsExactly(6L, 12L, 18L, 20L);
    assertThat(steps(milestones("checkpoint.every_steps=0")::isCheckpointDue)).containsExactly(20L);
  }

  @Test
  void checkpointsComeByTheClock() {
    Milestones milestones = milestones("checkpoint.every_steps=0", "checkpoint.every_minutes=1e-9");
    assertThat(milestones.isCheckpointDue(3)).isTrue();
  }

  @Test
  void validationComesByPartsOfAnEpochAndAtTheEnd() {
    assertThat(steps(milestones("log.validate_every_epochs=0.5")::isValidationDue))
        .containsExactly(4L, 8L, 12L, 16L, 20L);
    assertThat(steps(milestones("log.validate_every_epochs=0")::isValidationDue))
        .containsExactly(20L);
  }
}
