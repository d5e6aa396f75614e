package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;

class ProcessWorkersTest {
  private static final String CONFIG =
      "{\"cluster\": {\"worker\": [%s]}, \"task\": {\"type\": \"worker\", \"index\": %d}}";

  @Test
  void aWorkerStartsNoWorkersOfItsOwn() {
    assertThatThrownBy(
            () -> ProcessWorkers.requireNone(CONFIG.formatted("\"one:2222\", \"two:2223\"", 1)))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.USAGE))
        .hasMessageContaining("TF_CONFIG makes this process worker 1 (two:2223) of 2")
        .hasMessageContaining("unset TF_CONFIG");
  }

  @Test
  void aProcessThatIsAloneMayStartSome() {
    ProcessWorkers.requireNone(null);
    ProcessWorkers.requireNone(CONFIG.formatted("\"one:2222\"", 0));
  }
}
