package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnreadableReasonTest {
  private static String reason(String message) {
    return UnreadableReason.of(new byte[1], new IllegalStateException(message));
  }

  @Test
  void whatIsSaidOfTheGraphIsLeftOut() {
    assertThat(reason("Invalid PNG data\n\t [[{{node x}}]]"))
        .isEqualTo("cannot be decoded: Invalid PNG data");
    assertThat(reason("Unknown format [[{{node x}}]]"))
        .isEqualTo("cannot be decoded: Unknown format");
  }

  @Test
  void ofSeveralErrorsTheFirstIsTold() {
    assertThat(
            reason(
                "2 root error(s) found.\n  (0) INVALID_ARGUMENT: Unknown format\n\t [[{{node x}}]]\n"
                    + "  (1) CANCELLED: later"))
        .isEqualTo("cannot be decoded: Unknown format");
  }
}
