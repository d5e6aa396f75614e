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

  @Test
  void nothingThatIsShownSteersTheTerminal() {
    Console console = console(true, Map.of("NO_COLOR", "1"));
    String hostile = "a\u001b[31m\u0007\r\b\u009bb\u202ec\ufeff\ud800\u2028";
    String safe = "a\\x1b[31m\\x07\\x0d\\x08\\x9bb\\u202ec\\ufeff\\ud800\\u2028";
    console.print(hostile);
    console.print(new Table("name").row(hostile + "\n\t"));
    assertThat(out.toString(UTF_8).lines())
        .containsExactly(safe, "name", "-".repeat(safe.length() + 8), safe + "\\x0a\\x09");
    console.note(hostile);
    console.warn(hostile);
    console.error(hostile);
    console.noteOver(hostile);
    console.redraw(hostile + "\n");
    String wipe = "\r\u001b[2K";
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            safe
                + "\nwarning: "
                + safe
                + "\nerror: "
                + safe
                + "\n"
                + wipe
                + safe
                + "\n"
                + wipe
                + safe
                + "\\x0a");
    err.reset();
    console.trace(new IllegalStateException(hostile));
    assertThat(err.toString(UTF_8)).startsWith("java.lang.IllegalStateException: " + safe);
  }

  @Test
  void lettersOfAllLanguagesAreShownAsTheyAre() {
    String names =
        "größe \u6a21\u578b \u0645\u06cc\u200c\u062e \ud83d\udc69\u200d\ud83d\udd2c\ttab\nline";
    console(false, Map.of()).note(names);
    assertThat(err.toString(UTF_8)).isEqualTo(names + "\n");
  }

  @Test
  void endlessLinesOfAMessageAreCut() {
    Console console = console(false, Map.of());
    console.error("first " + "x".repeat(994) + "\n" + "y".repeat(70_000) + "\nlast\n");
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            "error: first "
                + "x".repeat(994)
                + "\n"
                + "y".repeat(900)
                + " ... (69,100 more characters)\nlast\n\n");
    err.reset();
    console.note("y".repeat(899) + "\ud83d\udc69".repeat(60));
    assertThat(err.toString(UTF_8)).isEqualTo("y".repeat(899) + " ... (120 more characters)\n");
    String result = "z".repeat(70_000);
    console.print(result);
    assertThat(out.toString(UTF_8)).isEqualTo(result + "\n");
  }

  private Console console(boolean terminal, Map<String, String> environment) {
    return new Console(
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8),
        terminal,
        environment);
  }
}
