package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepOutcomeTest {
  private static final List<String> PARAMETERS = List.of("last/kernel", "first/kernel");

  @Test
  void theGradientThatTheBackwardPassReachesFirstIsNamed() {
    StepOutcome result = result(1, Double.NaN, Map.of(), 1, Float.NaN);
    assertThat(result.firstNonFinite(PARAMETERS)).isEqualTo("the gradient of first/kernel");
    assertThat(
            result(1, Double.NaN, Map.of(), Float.POSITIVE_INFINITY, Float.NaN)
                .firstNonFinite(PARAMETERS))
        .isEqualTo("the gradient of last/kernel");
  }

  @Test
  void aLossComesBeforeItsGradients() {
    StepOutcome result =
        result(Double.POSITIVE_INFINITY, Double.NaN, Map.of(), Float.NaN, Float.NaN);
    assertThat(result.firstNonFinite(PARAMETERS)).isEqualTo("the loss");
    assertThat(
            result(Double.NaN, 1, Map.of("top1", 1.0, "entropy", Double.NaN), 1, 1)
                .firstNonFinite(PARAMETERS))
        .isEqualTo("the loss, with entropy");
  }

  @Test
  void aSumThatOverflowsIsToldFromItsGradients() {
    assertThat(
            result(1, Double.POSITIVE_INFINITY, Map.of(), 3e38f, 3e38f).firstNonFinite(PARAMETERS))
        .isEqualTo("the norm of all gradients");
  }

  private static StepOutcome result(
      double loss, double norm, Map<String, Double> metrics, float... halfSquares) {
    return new StepOutcome(
        loss,
        norm,
        halfSquares,
        metrics,
        List.of(),
        new float[2],
        0.1,
        new Span(0, 8),
        1,
        Double.NaN);
  }
}
