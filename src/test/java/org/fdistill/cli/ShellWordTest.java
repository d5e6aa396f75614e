package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordTest {
  @Test
  void plainPathsStayAsTheyAre() {
    assertThat(ShellWord.of(Path.of("runs/läufe/clip_b-1.0"))).isEqualTo("runs/läufe/clip_b-1.0");
  }

  @Test
  void aShellReadsEachPathAsOneWord() throws IOException {
    for (String path :
        List.of("runs/a b", "it's", "a$HOME", "x;ls", "`id`", "~/a", "a\\b", "a\nb")) {
      ProcessBuilder shell =
          new ProcessBuilder("sh", "-c", "printf '<%s>' " + ShellWord.of(Path.of(path)));
      String read =
          new String(
              shell.redirectErrorStream(true).start().getInputStream().readAllBytes(), UTF_8);
      assertThat(read).isEqualTo("<" + path + ">");
    }
  }
}
