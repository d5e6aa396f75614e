package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SummaryTest {
  @TempDir Path run;

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "[]", "{\"step\": \"no\"}", "{\"step\": 1.5}", "\0\0\0"})
  void whatACrashLeftIsNoSummary(String left) throws IOException {
    Files.writeString(Summary.of(run), left);
    assertThat(Summary.isWhole(Summary.of(run))).isFalse();
  }

  @Test
  void entriesAreAdded() throws IOException {
    Files.writeString(Summary.of(run), "{\"name\": \"a\", \"step\": 40, \"none\": null}");
    Summary.add(run, Map.of("top1", 0.5));
    assertThat(Summary.isWhole(Summary.of(run))).isTrue();
    assertThat(Summary.read(run).toString())
        .isEqualTo("{\"name\":\"a\",\"step\":40,\"none\":null,\"top1\":0.5}");
  }

  @Test
  void aRunWithoutASummaryIsNotFinished() {
    assertThatThrownBy(() -> Summary.read(run))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(Summary.of(run).toString());
  }
}
