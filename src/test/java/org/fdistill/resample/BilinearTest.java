package org.fdistill.resample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Worked out by hand; C-RADIO's goldens are resampled by PyTorch. */
class BilinearTest {
  @Test
  void centresOfPositionsLieOnTheSameImage() {
    assertThat(Bilinear.CENTRES.weights(3, 2))
        .isDeepEqualTo(new double[][] {{0.75, 0.25, 0}, {0, 0.25, 0.75}});
    assertThat(Bilinear.CENTRES.weights(2, 4))
        .isDeepEqualTo(new double[][] {{1, 0}, {0.75, 0.25}, {0.25, 0.75}, {0, 1}});
  }

  @Test
  void cornersOfPositionsAreTheSame() {
    assertThat(Bilinear.CORNERS.weights(5, 3))
        .isDeepEqualTo(new double[][] {{1, 0, 0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 0, 0, 1}});
    assertThat(Bilinear.CORNERS.weights(3, 1)).isDeepEqualTo(new double[][] {{1, 0, 0}});
    assertThat(Bilinear.CORNERS.weights(2, 3))
        .isDeepEqualTo(new double[][] {{1, 0}, {0.5, 0.5}, {0, 1}});
  }
}
