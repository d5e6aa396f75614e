package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TInt64;

class InitializersTest {
  private static final int SIZE = 100_000;

  @Test
  void theNormalCutAtOneDeviationHasItsDeviationAndItsBounds() {
    float[] values = draw(Initializers.normalCutAtOneDeviation(2), 1, "kernel");
    // 0.5396 = sqrt(1 - 2 φ(1) / (2 Φ(1) - 1)). The standard error of a deviation is at most
    // deviation / sqrt(2 n) = 0.0024 for so light a tail, of a mean 0.0034: four of each.
    assertThat(deviation(values)).isCloseTo(2 * 0.5396, within(0.0097));
    assertThat(mean(values)).isCloseTo(0, within(0.014));
    // Cut at the bounds, not clipped far inside of them: 35 draws in 100,000 lie beyond 0.999.
    assertThat(largest(values)).isBetween(2 * 0.999, 2 * 1.00001);
  }

  @Test
  void theNormalHasItsDeviationAndIsNotCut() {
    float[] values = draw(Initializers.normal(0.5f), 1, "kernel");
    // Standard errors 0.5 / sqrt(2 n) = 0.0011 and 0.5 / sqrt(n) = 0.0016: four of each.
    assertThat(deviation(values)).isCloseTo(0.5, within(0.0045));
    assertThat(mean(values)).isCloseTo(0, within(0.0064));
    assertThat(largest(values)).isGreaterThan(3.5 * 0.5);
  }

  @Test
  void theUniformFillsItsRange() {
    float[] values = draw(Initializers.uniform(0.25f), 1, "kernel");
    assertThat(largest(values)).isBetween(0.2499, 0.25);
    // Four standard errors, each at most deviation / sqrt(2 n).
    assertThat(deviation(values)).isCloseTo(0.25 / Math.sqrt(3), within(0.0013));
    assertThat(mean(values)).isCloseTo(0, within(0.0019));
  }

  @Test
  void constantsAndFactorsAreExact() {
    assertThat(draw(Initializers.constant(0.1f), 1, "a")).containsOnly(0.1f);
    assertThat(draw(Initializers.zeros(), 1, "a")).containsOnly(0f);
    assertThat(draw(Initializers.ones().times(0.5f), 1, "a")).containsOnly(0.5f);
  }

  @Test
  void oneSeedAndOneNameGiveTheSameBits() {
    Initializer initializer = Initializers.normalCutAtOneDeviation(0.02f);
    assertThat(draw(initializer, 5, "kernel")).isEqualTo(draw(initializer, 5, "kernel"));
  }

  @Test
  void anotherSeedOrNameGivesOtherValues() {
    Initializer initializer = Initializers.normal(1);
    float[] first = draw(initializer, 5, "blocks/00/kernel");
    // Of independent draws hardly any agree: 24 bits each, so 0.006 of 100,000 are expected to.
    assertThat(agreeing(first, draw(initializer, 6, "blocks/00/kernel"))).isLessThan(3);
    assertThat(agreeing(first, draw(initializer, 5, "blocks/01/kernel"))).isLessThan(3);
  }

  private static float[] draw(Initializer initializer, long seed, String name) {
    try (GraphRun run = new GraphRun()) {
      Operand<TInt64> own = Seeds.seed(run.tf(), run.scalar(seed), run.scalar(0), name);
      return run.run(List.of(initializer.value(run.tf(), Shape.of(SIZE / 10, 10), own))).get(0);
    }
  }

  private static int agreeing(float[] a, float[] b) {
    int count = 0;
    for (int i = 0; i < a.length; i++) {
      count += a[i] == b[i] ? 1 : 0;
    }
    return count;
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double deviation(float[] values) {
    double mean = mean(values);
    double sum = 0;
    for (float value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / values.length);
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
