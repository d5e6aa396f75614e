package org.fdistill.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.UserError;

/** The options and arguments of one command line; defaults fill in what was not given. */
public final class ParsedOptions {
  private final String command;
  private final Map<String, List<String>> options;
  private final Map<String, List<String>> arguments;

  /**
   * Holds what was given.
   *
   * @param command for messages
   * @param options values by option name; an empty list for a flag
   * @param arguments values by argument name
   */
  ParsedOptions(
      String command, Map<String, List<String>> options, Map<String, List<String>> arguments) {
    this.command = command;
    this.options = Map.copyOf(options);
    this.arguments = Map.copyOf(arguments);
  }

  /** Whether the option was given. */
  public boolean has(OptionSpec option) {
    return options.containsKey(option.name());
  }

  /** Every value of a repeatable option, in order. */
  public List<String> all(OptionSpec option) {
    return options.getOrDefault(option.name(), List.of());
  }

  /** The option's value, or its default; empty where there is neither. */
  public Optional<String> find(OptionSpec option) {
    List<String> given = all(option);
    if (!given.isEmpty()) {
      return Optional.of(given.get(given.size() - 1));
    }
    return Optional.of(option.defaultValue()).filter(value -> !value.isEmpty());
  }

  /** Refuses a command line that lacks options which the command cannot do without. */
  public void require(OptionSpec... options) {
    List<String> missing =
        Arrays.stream(options).filter(o -> find(o).isEmpty()).map(OptionSpec::usage).toList();
    if (missing.size() > 1) {
      int last = missing.size() - 1;
      throw mistake(
          String.join(", ", missing.subList(0, last))
              + " and "
              + missing.get(last)
              + " are missing.");
    }
    Arrays.stream(options).forEach(this::text);
  }

  /**
   * Refuses options that would be left out of account.
   *
   * @param what they are no options of
   */
  public void refuse(String what, List<OptionSpec> options) {
    for (OptionSpec option : options) {
      if (has(option)) {
        throw mistake("--" + option.name() + " is no option of " + what + ". " + option.help());
      }
    }
  }

  /** The option's value or its default; an error where there is neither. */
  public String text(OptionSpec option) {
    return find(option)
        .orElseThrow(() -> mistake(option.usage() + " is missing. " + option.help()));
  }

  /** As {@link #text}, as a path. */
  public Path path(OptionSpec option) {
    return toPath(option.usage(), text(option));
  }

  /** As {@link #find}, as a path. */
  public Optional<Path> findPath(OptionSpec option) {
    return find(option).map(text -> toPath(option.usage(), text));
  }

  /**
   * As {@link #text}, as a whole number.
   *
   * @param least the smallest that is allowed
   */
  public int integer(OptionSpec option, int least) {
    return integer(option, text(option), least);
  }

  /** As {@link #all}, as whole numbers. */
  public List<Integer> integers(OptionSpec option, int least) {
    return all(option).stream().map(text -> integer(option, text, least)).toList();
  }

  private int integer(OptionSpec option, String text, int least) {
    try {
      int value = Integer.parseInt(text);
      if (value >= least) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrongNumber(option, "a whole number from " + least, text);
    }
    throw wrongNumber(option, "a whole number from " + least, text);
  }

  /** As {@link #text}, as a finite number. */
  public double number(OptionSpec option) {
    String text = text(option);
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrongNumber(option, "a number", text);
    }
    throw wrongNumber(option, "a number", text);
  }

  /** The argument, which is there if it is required. */
  public String text(ArgumentSpec argument) {
    return find(argument).orElse(null);
  }

  /** The argument as a path. */
  public Path path(ArgumentSpec argument) {
    return toPath(argument.name(), text(argument));
  }

  /** Each value of a repeatable argument as a path, in order. */
  public List<Path> paths(ArgumentSpec argument) {
    return arguments.get(argument.name()).stream()
        .map(text -> toPath(argument.name(), text))
        .toList();
  }

  /** An argument that may be left out. */
  public Optional<String> find(ArgumentSpec argument) {
    return arguments.getOrDefault(argument.name(), List.of()).stream().findFirst();
  }

  /** An empty path is the current folder to Java, and an unset variable of a shell to its user. */
  private Path toPath(String what, String text) {
    if (text.isBlank()) {
      throw mistake(what + " is empty; it takes a path.");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      String reason = what + ": '" + text + "' is not a path: " + e.getReason() + ".";
      throw new UserError(UserError.Kind.USAGE, reason, e);
    }
  }

  private UserError wrongNumber(OptionSpec option, String expected, String found) {
    return mistake("--" + option.name() + " takes " + expected + ", found '" + found + "'.");
  }

  private UserError mistake(String what) {
    return UserError.usage(what + "\nSee: fdistill " + command + " --help");
  }
}
