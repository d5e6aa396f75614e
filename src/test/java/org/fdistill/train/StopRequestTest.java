package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.fdistill.testing.Signals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopRequestTest {
  @ParameterizedTest
  @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
  void aSignalMakesTheRequestAndASecondEndsAtOnce(String signal, int code) throws Exception {
    StopRequest stop = new StopRequest();
    CountDownLatch heard = new CountDownLatch(1);
    BlockingQueue<Integer> ended = new LinkedBlockingQueue<>();
    try (StopRequest.Signals signals = stop.onSignals(heard::countDown, ended::add)) {
      send(signal);
      assertThat(heard.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(stop.exitCode()).hasValue(code);
      assertThat(ended).isEmpty();
      send(signal);
      assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo(code);
    }
  }

  @Test
  void workThatIsAllOrNothingEndsWithTheFirstSignal() throws Exception {
    StopRequest run = new StopRequest();
    BlockingQueue<Integer> ended = new LinkedBlockingQueue<>();
    try (StopRequest.Signals outer = run.onSignals(() -> {}, code -> {});
        StopRequest.Signals inner = StopRequest.endOnSignals(ended::add)) {
      send("TERM");
      assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo(143);
    }
    assertThat(run.isRequested()).isFalse();
  }

  @Test
  void closingGivesTheSignalsBack() throws Exception {
    StopRequest outer = new StopRequest();
    StopRequest inner = new StopRequest();
    CountDownLatch heard = new CountDownLatch(1);
    try (StopRequest.Signals signals = outer.onSignals(heard::countDown, code -> {})) {
      inner.onSignals(() -> {}, code -> {}).close();
      send("INT");
      assertThat(heard.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(outer.exitCode()).hasValue(130);
    assertThat(inner.isRequested()).isFalse();
  }

  private static void send(String signal) throws Exception {
    Signals.assumeHeard(signal);
    Signals.send(signal, ProcessHandle.current().pid());
  }
}
