package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;

class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** A command that hands its options to a test. */
  private record Fake(Action action) implements Command {
    private static final ArgumentSpec CONFIG = new ArgumentSpec("CONFIG", "A run config.");
    private static final OptionSpec STEPS =
        OptionSpec.value("steps", "N", "Steps to run.").orElse("20");

    interface Action {
      void run(ParsedOptions options, Console console) throws Exception;
    }

    @Override
    public String name() {
      return "train";
    }

    @Override
    public String summary() {
      return "trains a model";
    }

    @Override
    public String description() {
      return "Trains a model from a config.";
    }

    @Override
    public List<ArgumentSpec> arguments() {
      return List.of(CONFIG);
    }

    @Override
    public List<OptionSpec> options() {
      return List.of(OptionSpec.SET, OptionSpec.WORKDIR, STEPS);
    }

    @Override
    public List<String> examples() {
      return List.of("train configs/smoke/distill.txtpb");
    }

    @Override
    public void run(ParsedOptions options, Console console) throws Exception {
      action.run(options, console);
    }
  }

  @Test
  void optionsArgumentsAndDefaultsReachTheCommand() {
    int code =
        run(
            options -> {
              assertThat(options.text(Fake.CONFIG)).isEqualTo("a.txtpb");
              assertThat(options.all(OptionSpec.SET)).containsExactly("a.b=1,2", "c=\"x y\"");
              assertThat(options.integer(Fake.STEPS, 1)).isEqualTo(20);
              assertThat(options.findPath(OptionSpec.WORKDIR)).isEmpty();
              assertThat(options.has(OptionSpec.VERBOSE)).isFalse();
            },
            "train",
            "--set",
            "a.b=1,2",
            "a.txtpb",
            "--set=c=\"x y\"");
    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(code).isZero();
  }

  @Test
  void anUnknownCommandNamesTheNearest() {
    assertThat(run(options -> {}, "trian")).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            """
            error: unknown command 'trian'. Did you mean 'train'?
            The commands: train.
            See: fdistill --help
            """);
  }

  @Test
  void anOptionBeforeTheCommandIsNoCommand() {
    assertThat(run(options -> {}, "--workdir", "train")).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            """
            error: unknown option --workdir before a command; a command's own options follow it.
            See: fdistill --help
            """);
  }

  @Test
  void anUnknownOptionNamesTheNearest() {
    assertThat(run(options -> {}, "train", "a.txtpb", "--workdri=x")).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            """
            error: unknown option --workdri. Did you mean '--workdir'?
            See: fdistill train --help
            """);
  }

  @Test
  void aMissingArgumentIsNamedAndExplained() {
    assertThat(run(options -> {}, "train")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("error: CONFIG is missing. A run config.");
  }

  @Test
  void aMissingValueIsNamed() {
    assertThat(run(options -> {}, "train", "a.txtpb", "--workdir")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("--workdir needs a value: --workdir DIR");
  }

  @Test
  void anOverrideWithoutSetIsRecognised() {
    assertThat(run(options -> {}, "train", "a.txtpb", "log.every_steps=1")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("Did you mean '--set log.every_steps=1'?");
  }

  @Test
  void tooManyArgumentsAreNamed() {
    assertThat(run(options -> {}, "train", "a.txtpb", "b.txtpb")).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .contains("unexpected 'b.txtpb'; fdistill train takes CONFIG and options.");
  }

  @Test
  void anOptionGivenTwiceIsAnError() {
    assertThat(run(options -> {}, "train", "a", "--steps", "1", "--steps", "2")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("--steps is given twice: 1 and 2.");
  }

  @Test
  void aWrongNumberSaysWhatIsExpected() {
    assertThat(run(options -> options.integer(Fake.STEPS, 1), "train", "a", "--steps", "0"))
        .isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("--steps takes a whole number from 1, found '0'.");
    assertThat(run(options -> options.number(Fake.STEPS), "train", "a", "--steps", "x"))
        .isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("--steps takes a number, found 'x'.");
  }

  @Test
  void anOptionThatTheCommandCannotDoWithoutIsExplained() {
    assertThat(run(options -> options.path(OptionSpec.WORKDIR), "train", "a")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("--workdir DIR is missing. The run's folder.");
  }

  @Test
  void theKindOfAUserErrorIsTheExitCode() {
    assertThat(fail(UserError.run("diverged"))).isEqualTo(1);
    assertThat(fail(UserError.usage("wrong"))).isEqualTo(2);
    assertThat(fail(UserError.input("missing"))).isEqualTo(3);
    assertThat(err.toString(UTF_8)).isEqualTo("error: diverged\nerror: wrong\nerror: missing\n");
  }

  @Test
  void stackTracesAreForTheVerbose() {
    fail(UserError.run("diverged"));
    assertThat(err.toString(UTF_8)).doesNotContain("MainTest");
    fail(UserError.run("diverged"), "--verbose");
    assertThat(err.toString(UTF_8)).contains("UserError: diverged").contains("at org.fdistill");
  }

  @Test
  void whatIsNotExpectedIsABug() {
    assertThat(fail(new IllegalStateException("shape [2]"))).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            """
            error: unexpected IllegalStateException: shape [2]
            This is a bug in fdistill. --verbose shows where it happened.
            """);
  }

  @Test
  void aFullDiskIsNamedWhoeverNoticesIt() {
    IOException disk = new IOException("No space left on device");
    assertThat(fail(new IllegalStateException("writing", disk))).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .startsWith("error: the disk is full: No space left on device\nFree some space");
  }

  @Test
  void lackOfMemorySaysWhichMemory() {
    fail(new OutOfMemoryError("Java heap space"));
    assertThat(err.toString(UTF_8)).contains("Java ran out of memory: Java heap space");
    fail(new IllegalStateException("OOM when allocating tensor with shape[8,197,768]"));
    assertThat(err.toString(UTF_8))
        .contains("TensorFlow ran out of memory: OOM when allocating tensor")
        .contains("smaller train_data.batch_size");
  }

  @Test
  void filesThatCannotBeUsedAreNamedWithTheReason() {
    fail(new AccessDeniedException("/data/x"));
    fail(new NoSuchFileException("/data/y"));
    fail(new FileSystemException("/data/z", null, "Read-only file system"));
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            """
            error: /data/x: permission denied
            error: /data/y: there is no such file or folder
            error: /data/z: Read-only file system
            """);
  }

  @Test
  void aTextThatIsNoPathIsTheUsersMistake() {
    assertThat(fail(new InvalidPathException("a\0b", "Nul character not allowed"))).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .isEqualTo("error: this is no path: Nul character not allowed: a\\x00b\n");
  }

  @Test
  void anEmptyPathIsRefused() {
    assertThat(run(o -> o.findPath(OptionSpec.WORKDIR), "train", "a", "--workdir", ""))
        .isEqualTo(2);
    assertThat(run(o -> o.path(Fake.CONFIG), "train", " ")).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .contains("error: --workdir DIR is empty; it takes a path.\nSee: fdistill train --help")
        .contains("error: CONFIG is empty; it takes a path.");
  }

  @Test
  void theLocaleIsNamedWhereItCannotSpellAName() {
    UserError missing = UserError.input("d\ufffd\ufffd: no such file");
    assertThat(ErrorReport.of(missing, "ANSI_X3.4-1968").message())
        .isEqualTo(
            """
            d\ufffd\ufffd: no such file
            Names are read and written here as ANSI_X3.4-1968, as the locale says, which has not all \
            letters. Set LC_ALL=C.UTF-8.""");
    assertThat(ErrorReport.of(missing, "UTF-8").message()).isEqualTo(missing.getMessage());
    assertThat(ErrorReport.of(UserError.input("x"), "ANSI_X3.4-1968").message()).isEqualTo("x");
  }

  @Test
  void helpListsEveryOptionWithItsDefault() {
    assertThat(run(options -> {}, "train", "--help")).isZero();
    assertThat(out.toString(UTF_8))
        .isEqualTo(
            """
            Usage:
              fdistill train CONFIG [options]

            Trains a model from a config.

            Arguments:
              CONFIG  A run config.

            Options:
              --set FIELD=VALUE  Overrides a field of the config, such
                                 as schedule.length.epochs=100. A list
                                 takes commas; nothing after the equals
                                 sign unsets the field. Repeatable.
              --workdir DIR      The run's folder.
              --steps N          Steps to run. Default: 20.
              --verbose          Adds stack traces to error messages.
              --help             Shows this help.

            Examples:
              fdistill train configs/smoke/distill.txtpb
            """);
  }

  @Test
  void theOverviewListsTheCommands() {
    assertThat(run(options -> {}, "--help")).isZero();
    assertThat(out.toString(UTF_8))
        .contains("  train  trains a model\n")
        .contains("  fdistill train configs/smoke/distill.txtpb\n");
    assertThat(run(options -> {})).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("trains a model").contains("a command is missing");
  }

  @Test
  void theVersionIsPrinted() {
    assertThat(run(options -> {}, "--version")).isZero();
    assertThat(out.toString(UTF_8)).startsWith("fdistill ");
  }

  @Test
  void everyRealCommandHasHelpThatFits() {
    for (Command command : Commands.all()) {
      assertThat(HelpText.of(command, 100).lines()).allMatch(line -> line.length() <= 100);
      assertThat(command.examples()).isNotEmpty().allMatch(e -> e.startsWith(command.name()));
    }
  }

  private int run(Consumer<ParsedOptions> action, String... words) {
    return new Main(List.of(new Fake((options, console) -> action.accept(options))), console())
        .run(List.of(words));
  }

  private int fail(Throwable failure, String... more) {
    Fake fake =
        new Fake(
            (options, console) -> {
              if (failure instanceof Error error) {
                throw error;
              }
              throw (Exception) failure;
            });
    List<String> words = more.length == 0 ? List.of("train", "a") : List.of("train", "a", more[0]);
    return new Main(List.of(fake), console()).run(words);
  }

  private Console console() {
    return new Console(
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8),
        false,
        Map.of("COLUMNS", "60"));
  }
}
