package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessWorkersTest {
  private static final String CONFIG =
      "{\"cluster\": {\"worker\": [%s]}, \"task\": {\"type\": \"worker\", \"index\": %d}}";

  @Test
  void anOptionOfOneProcessIsNoneOfAWorker() {
    String two = CONFIG.formatted("\"one:2222\", \"two:2223\"", 1);
    assertThatThrownBy(() -> ProcessWorkers.requireNone("--x looks", "Leave out --x to be it", two))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.USAGE))
        .hasMessage(
            "--x looks, but TF_CONFIG makes this process worker 1 (two:2223) of 2.\n"
                + "Leave out --x to be it, or unset TF_CONFIG.");
  }

  @Test
  void aProcessThatIsAloneMayHaveIt() {
    ProcessWorkers.requireNone("", "", null);
    ProcessWorkers.requireNone("", "", CONFIG.formatted("\"one:2222\"", 0));
  }

  /** Before anything is built or started. */
  @Tag("slow")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bench --passes",
        "bench --local-workers=2",
        "train --local-workers=2",
      })
  void commandsCheckItFirst(String words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words.split(" ")));
    all.add("configs/smoke/distill.txtpb");
    Process process = WorkerProcesses.start(List.of("localhost:1", "localhost:2"), 0, all);
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      fail("it waits for the other worker");
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said)
        .startsWith("error: --")
        .contains("but TF_CONFIG makes this process worker 0 (localhost:1) of 2");
    assertThat(process.exitValue()).isEqualTo(UserError.Kind.USAGE.exitCode());
  }
}
