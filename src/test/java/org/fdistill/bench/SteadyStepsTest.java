package org.fdistill.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SteadyStepsTest {
  /** The machine is half as fast from the second step on, which is then as good as the first. */
  private static final SteadySteps STEPS =
      new SteadySteps(new double[] {1, 2, 4}, new double[] {150, 50, 50, 50}, 0.5);

  @Test
  void aStepIsComparedWithTheProductsRightBesideIt() {
    assertThat(STEPS.fraction(80)).isEqualTo(0.8, within(1e-12));
    assertThat(STEPS.product()).isEqualTo(50);
  }

  @Test
  void medianAndBestAreOfTheSteps() {
    assertThat(STEPS.median()).isEqualTo(2);
    assertThat(STEPS.best()).isEqualTo(1);
    assertThat(SteadySteps.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
  }
}
