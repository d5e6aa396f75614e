package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void coloursAreForTerminalsThatWantThem() {
    console(true, Map.of()).error("x");
    assertThat(err.toString(UTF_8)).isEqualTo("\u001b[1;31merror: \u001b[0mx\n");
    err.reset();
    console(true, Map.of("NO_COLOR", "1")).error("x");
    console(true, Map.of("TERM", "dumb")).error("x");
    console(false, Map.of()).error("x");
    assertThat(err.toString(UTF_8)).isEqualTo("error: x\n".repeat(3));
  }

  @Test
  void resultsAndNotesGoDifferentWays() {
    Console console = console(false, Map.of());
    console.print("result");
    console.note("note");
    console.warn("careful");
    assertThat(out.toString(UTF_8)).isEqualTo("result\n");
    assertThat(err.toString(UTF_8)).isEqualTo("note\nwarning: careful\n");
  }

  @Test
  void theWidthComesFromTheTerminal() {
    assertThat(console(true, Map.of("COLUMNS", "72")).width()).isEqualTo(72);
    assertThat(console(true, Map.of("COLUMNS", "x")).width()).isEqualTo(100);
  }

  @Test
  void progressIsABarForAPersonAndLinesForALog() {
    assertThat(console(true, Map.of()).progress()).isInstanceOf(BarProgress.class);
    assertThat(console(false, Map.of()).progress()).isInstanceOf(LineProgress.class);
    assertThat(console(true, Map.of("TERM", "dumb")).progress()).isInstanceOf(LineProgress.class);
  }

  @Test
  void tablesAlignNumbersToTheRight() {
    console(false, Map.of())
        .print(
            new Table("model", "top-1", "loss")
                .row("teacher", "81.2 %", "-")
                .row("untrained student", "9.4 %", "0.31"));
    assertThat(out.toString(UTF_8))
        .isEqualTo(
            """
            model               top-1  loss
            -------------------------------
            teacher            81.2 %     -
            untrained student   9.4 %  0.31
            """);
  }

  @Test
  void aTableRowHasACellPerColumn() {
    assertThatThrownBy(() -> new Table("a", "b").row("1")).hasMessage("1 cells below [a, b]");
  }

  private Console console(boolean terminal, Map<String, String> environment) {
    return new Console(
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8),
        terminal,
        environment);
  }
}
