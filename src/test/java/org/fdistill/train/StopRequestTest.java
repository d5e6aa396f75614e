package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopRequestTest {
  @Test
  void closingGivesTheSignalsBack() throws Exception {
    StopRequest outer = new StopRequest();
    StopRequest inner = new StopRequest();
    CountDownLatch heard = new CountDownLatch(1);
    try (StopRequest.Signals signals = outer.onSignals(heard::countDown, code -> {})) {
      inner.onSignals(() -> {}, code -> {}).close();
      long self = ProcessHandle.current().pid();
      new ProcessBuilder("kill", "-INT", Long.toString(self)).start().waitFor();
      assertThat(heard.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(outer.exitCode()).hasValue(130);
    assertThat(inner.isRequested()).isFalse();
  }
}
