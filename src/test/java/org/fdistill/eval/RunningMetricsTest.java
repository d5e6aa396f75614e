package org.fdistill.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RunningMetricsTest {
  @Test
  void accuracyCountsExamplesNotBatches() {
    TopK accuracy = new TopK();
    accuracy.add(1, 4, 8);
    accuracy.add(2, 2, 2);
    assertThat(accuracy.top1()).isEqualTo(0.3);
    assertThat(accuracy.top5()).isEqualTo(0.6);
    assertThat(accuracy.examples()).isEqualTo(10);
  }

  @Test
  void countsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new TopK().add(3, 2, 8)).hasMessage("top-1 3, top-5 2 of 8 examples");
    assertThatThrownBy(() -> new TopK().add(1, 9, 8)).hasMessageContaining("top-5 9 of 8");
  }

  @Test
  void aMeanWeighsItsValues() {
    WeightedMean mean = new WeightedMean();
    assertThat(mean.value()).isNaN();
    mean.add(1, 3);
    mean.add(5, 1);
    assertThat(mean.value()).isEqualTo(2);
    assertThat(mean.weight()).isEqualTo(4);
    assertThatThrownBy(() -> mean.add(1, -1)).hasMessage("weight -1.0");
  }
}
