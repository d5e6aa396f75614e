package org.fdistill.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogSpacedPositionBiasTest {
  /** log2(1 + 8 offset / (position window - 1)) / 3, computed by hand. */
  @ParameterizedTest
  @CsvSource({
    "14, 14, 13, 1.0566417",
    "14, 14, 1, 0.2306259",
    "14, 12, 13, 1.1286862",
    "7, 7, -6, -1.0566417",
    "7, 7, 0, 0"
  })
  void offsetsAreLogSpaced(int window, int positionWindow, int offset, float expected) {
    float[] offsets = new LogSpacedPositionBias(window, positionWindow, 1, null).offsets();
    int side = 2 * window - 1;
    assertThat(offsets).hasSize(2 * side * side);
    int row = offset + window - 1;
    assertThat(offsets[2 * row * side]).isEqualTo(expected);
    assertThat(offsets[2 * row * side + 1]).isEqualTo(offsets[0]);
    assertThat(offsets[2 * row + 1]).isEqualTo(expected);
  }

  @Test
  void aWindowOfOneTokenHasOneOffset() {
    assertThat(new LogSpacedPositionBias(1, 1, 1, null).offsets()).containsExactly(0, 0);
  }
}
