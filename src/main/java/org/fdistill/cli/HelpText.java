package org.fdistill.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The help of fdistill and of its commands. */
final class HelpText {
  private static final String INTRODUCTION =
      "Feature distillation of vision models on TensorFlow: a frozen teacher SavedModel in, a"
          + " distilled student SavedModel out.";

  private static final String EXIT_CODES =
      "Exit codes: 0 done, 1 the run failed, 2 usage or config, 3 a bad or missing input file,"
          + " 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.";

  private final int width;
  private final StringBuilder text = new StringBuilder();

  private HelpText(int width) {
    this.width = width;
  }

  /** The help of fdistill: its commands and some examples. */
  static String overview(List<Command> commands, int width) {
    HelpText help = new HelpText(width);
    help.paragraph(INTRODUCTION);
    help.heading("Usage");
    help.line("  fdistill COMMAND [options]");
    Map<String, String> summaries = new LinkedHashMap<>();
    commands.forEach(command -> summaries.put(command.name(), command.summary()));
    help.heading("Commands");
    help.columns(summaries);
    help.heading("Options");
    help.columns(Map.of("--version", "Shows the version."));
    help.heading("Examples");
    commands.stream().map(command -> command.examples().get(0)).forEach(help::example);
    help.line("");
    help.paragraph(EXIT_CODES);
    help.line("");
    help.line("fdistill COMMAND --help shows a command's options.");
    return help.text.toString().stripTrailing();
  }

  /** The help of one command: usage, every option with its default, examples. */
  static String of(Command command, int width) {
    HelpText help = new HelpText(width);
    help.heading("Usage");
    help.line("  " + usage(command));
    help.line("");
    help.paragraph(command.description());
    if (!command.arguments().isEmpty()) {
      Map<String, String> arguments = new LinkedHashMap<>();
      command.arguments().forEach(argument -> arguments.put(argument.name(), argument.help()));
      help.heading("Arguments");
      help.columns(arguments);
    }
    Map<String, String> options = new LinkedHashMap<>();
    for (OptionSpec option : CommandLineParser.withCommon(command)) {
      options.put(option.usage(), explanation(option));
    }
    help.heading("Options");
    help.columns(options);
    help.heading("Examples");
    command.examples().forEach(help::example);
    return help.text.toString().stripTrailing();
  }

  private static String usage(Command command) {
    String arguments =
        command.arguments().stream()
            .map(argument -> argument.usage() + " ")
            .collect(Collectors.joining());
    return "fdistill " + command.name() + " " + arguments + "[options]";
  }

  private static String explanation(OptionSpec option) {
    return option.defaultValue().isEmpty()
        ? option.help()
        : option.help() + " Default: " + option.defaultValue() + ".";
  }

  private void heading(String heading) {
    if (text.length() > 0 && text.charAt(text.length() - 1) == '\n' && !endsBlank()) {
      line("");
    }
    line(heading + ":");
  }

  private boolean endsBlank() {
    return text.length() > 1 && text.charAt(text.length() - 2) == '\n';
  }

  private void example(String example) {
    line("  fdistill " + example);
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  private void paragraph(String paragraph) {
    for (String part : paragraph.split("\n", -1)) {
      wrap(part, width).forEach(this::line);
    }
  }

  /** Two columns; where the left one is too wide, the right one starts on the next line. */
  private void columns(Map<String, String> rows) {
    int longest = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
    int left = Math.min(longest, 24) + 4;
    rows.forEach(
        (name, help) -> {
          List<String> lines = wrap(help, Math.max(20, width - left));
          boolean fits = name.length() + 4 <= left;
          String first = fits ? lines.get(0) : "";
          line(
              ("  " + name + " ".repeat(Math.max(0, left - 2 - name.length())) + first)
                  .stripTrailing());
          lines.stream().skip(fits ? 1 : 0).forEach(next -> line(" ".repeat(left) + next));
        });
  }

  /** Breaks at blanks into lines of at most {@code width} characters; never empty. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
