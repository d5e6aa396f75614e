package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CountProgressTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong();

  @Test
  void aLogGetsALineEveryTenSeconds() {
    count(false);
    // 3 s a call: the tenth second is over at the fourth call.
    assertThat(err.toString(UTF_8)).isEqualTo("4,000 images\n8,000 images\n");
  }

  @Test
  void aTerminalGetsALineThatChangesAndGoesAway() {
    count(true);
    String wipe = "\r\u001b[2K";
    assertThat(err.toString(UTF_8))
        .startsWith(wipe + "1,000 images" + wipe + "2,000 images")
        .endsWith("9,000 images" + wipe);
  }

  private void count(boolean terminal) {
    PrintStream stream = new PrintStream(err, true, UTF_8);
    Console console = new Console(stream, stream, terminal, Map.of());
    try (CountProgress progress = new CountProgress(console, "images", nanos::get)) {
      for (int call = 1; call <= 9; call++) {
        nanos.addAndGet(3_000_000_000L);
        progress.accept(1000L * call);
      }
    }
  }
}
