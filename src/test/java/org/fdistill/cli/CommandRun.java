package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * One command line, run in this process without a terminal.
 *
 * @param code its exit code
 * @param out standard output
 * @param err standard error
 */
record CommandRun(int code, String out, String err) {
  static CommandRun of(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false, Map.of());
    int code = new Main(Commands.all(), console).run(List.of(words));
    return new CommandRun(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** A command line that must succeed. */
  static CommandRun done(String... words) {
    CommandRun run = of(words);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  /** A command line that must fail with a message of these parts, and without a stack trace. */
  static void fails(int code, List<String> parts, String... words) {
    CommandRun run = of(words);
    assertThat(run.err())
        .contains("error: ")
        .contains(parts)
        .doesNotContain("\tat ")
        .doesNotContain("This is a bug");
    assertThat(run.code()).as(run.err()).isEqualTo(code);
  }
}
