package org.fdistill.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.fdistill.graph.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.ConfigProto;

class MachineMeasuresTest {
  private static final ConfigProto SETTINGS = ConfigProto.getDefaultInstance();

  @ParameterizedTest
  @CsvSource({"0, 32", "1e9, 128"})
  void matricesGrowUntilTheirProductTakesLongEnoughOrAreTheLargest(double seconds, int side) {
    try (MatrixProduct product = MatrixProduct.of(Precision.FLOAT32, SETTINGS, 32, 128, seconds)) {
      assertThat(product.side()).isEqualTo(side);
      assertThat(product.rate(1e-3)).isPositive();
    }
  }

  /** Sixteen times the bytes take longer, but are as many a second to within what a start takes. */
  @Test
  void tensorsGrowUntilTheirSumTakesLongEnoughOrAreTheLargest() {
    assertThat(MemoryBandwidth.measure(SETTINGS, 64, 1 << 16, 1e9))
        .isGreaterThan(10 * MemoryBandwidth.measure(SETTINGS, 64, 1 << 16, 0));
  }
}
