package org.fdistill.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;

class ExportCheckTest {
  private static final float[] EXPECTED = {1, -100, 3};

  @Test
  void differencesAreOfTheLargestValue() {
    assertThat(ExportCheck.difference("x", EXPECTED, EXPECTED)).isZero();
    assertThat(ExportCheck.difference("x", EXPECTED, new float[] {1.0005f, -100, 3}))
        .isBetween(4e-6f, 6e-6f);
  }

  @Test
  void whatIsTooFarApartIsRefused() {
    assertRefused(new float[] {1.01f, -100, 3});
    assertRefused(new float[] {1, -100, Float.NaN});
    assertRefused(new float[] {1, -100});
    assertRefused(null);
  }

  private static void assertRefused(float[] actual) {
    assertThatThrownBy(() -> ExportCheck.difference("sig/out", EXPECTED, actual))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll("sig/out", "Nothing was kept");
  }
}
