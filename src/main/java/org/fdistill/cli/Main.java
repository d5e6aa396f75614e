package org.fdistill.cli;

import java.util.List;
import java.util.Locale;
import org.fdistill.config.NearestName;
import org.fdistill.config.UserError;
import org.fdistill.train.StopRequest;

/** Entry point of the command line: finds the command, runs it, reports what went wrong. */
public final class Main {
  /** A property: whether whoever started the process stops it by closing its standard input. */
  static final String STOP_AT_END_OF_INPUT = "fdistill.stop-at-end-of-input";

  private final List<Command> commands;
  private final Console console;

  /**
   * Makes an entry point.
   *
   * @param commands in the order of the help
   * @param console where everything is said
   */
  Main(List<Command> commands, Console console) {
    this.commands = List.copyOf(commands);
    this.console = console;
  }

  /**
   * Runs one command and exits: 0 done, 1 the run failed, 2 usage or config, 3 bad input file, and
   * 128 and the number of a signal that stopped it.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(start(List.of(args)));
  }

  /** Runs one command line in a process that is fdistill's, and returns its exit code. */
  static int start(List<String> words) {
    // String.format and its like take the user's digits and separators where no locale is named.
    // Nothing that fdistill writes is for one country: file names, formats and reports alike.
    Locale.setDefault(Locale.ROOT);
    CudaLibraries.load();
    if (Boolean.getBoolean(STOP_AT_END_OF_INPUT)) {
      StopRequest.listenToEndOf(System.in);
    }
    try (StopRequest.Signals signals = StopRequest.endOnSignals(ProcessEnd::now)) {
      return new Main(Commands.all(), Console.ofProcess()).run(words);
    }
  }

  /** Runs one command line and returns its exit code. */
  int run(List<String> words) {
    boolean verbose = words.contains("--" + OptionSpec.VERBOSE.name());
    try {
      dispatch(words.stream().dropWhile(word -> word.equals("--verbose")).toList());
      return 0;
    } catch (Stopped stopped) {
      return stopped.exitCode();
    } catch (Throwable failure) { // errors of the virtual machine as well: they get a message too
      ErrorReport report = ErrorReport.of(failure);
      console.error(report.message());
      if (verbose) {
        console.trace(failure);
      }
      return report.exitCode();
    }
  }

  private void dispatch(List<String> words) throws Exception {
    if (words.isEmpty()) {
      console.note(HelpText.overview(commands, console.width()) + "\n");
      throw UserError.usage("a command is missing.");
    }
    String first = words.get(0);
    switch (first) {
      case "--version" -> console.print("fdistill " + Version.text());
      case "--help", "-h" -> console.print(HelpText.overview(commands, console.width()));
      default -> run(command(first), words.subList(1, words.size()));
    }
  }

  private Command command(String name) {
    if (name.startsWith("-")) {
      throw UserError.usage(
          "unknown option "
              + name
              + " before a command; a command's own options follow it."
              + "\nSee: fdistill --help");
    }
    List<String> names = commands.stream().map(Command::name).toList();
    return commands.stream()
        .filter(command -> command.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                UserError.usage(
                    String.format(
                        "unknown command '%s'.%s%nThe commands: %s.%nSee: fdistill --help",
                        name, NearestName.hint(name, names), String.join(", ", names))));
  }

  private void run(Command command, List<String> words) throws Exception {
    if (words.contains("--help") || words.contains("-h")) {
      console.print(HelpText.of(command, console.width()));
      return;
    }
    command.run(new CommandLineParser(command).parse(words), console);
  }
}
