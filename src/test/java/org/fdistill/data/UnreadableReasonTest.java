package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

final class UnreadableReasonTest {
  /** The path stands before the reason already; Java's own message is the path alone. */
  @Test
  void aReasonIsNoPath() {
    assertThat(UnreadableReason.of(new AccessDeniedException("/d/a.jpg")))
        .isEqualTo("permission denied");
    assertThat(UnreadableReason.of(new NoSuchFileException("/d/a.jpg"))).isEqualTo("no such file");
    assertThat(UnreadableReason.of(new IOException("Input/output error")))
        .isEqualTo("Input/output error");
  }

  @Test
  void aDecodersWordsHoldNothingOfTheGraph() {
    RuntimeException failure =
        new RuntimeException("assertion failed: [BMP of a kind]\n\t [[{{node x}}]]");
    assertThat(UnreadableReason.of(new byte[] {1}, failure))
        .isEqualTo("cannot be decoded: [BMP of a kind]");
    assertThat(UnreadableReason.of(new byte[0], failure)).isEqualTo("empty");
  }

  @Test
  void ofSeveralErrorsTheFirstIsTold() {
    RuntimeException failure =
        new RuntimeException(
            "2 root error(s) found.\n  (0) INVALID_ARGUMENT: Unknown format\n\t [[{{node x}}]]\n"
                + "  (1) CANCELLED: later");
    assertThat(UnreadableReason.of(new byte[] {1}, failure))
        .isEqualTo("cannot be decoded: Unknown format");
  }
}
