package org.fdistill.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.fdistill.config.NearestName;
import org.fdistill.config.UserError;

/** Reads the words after a command's name by that command's own options. */
final class CommandLineParser {
  private final Command command;
  private final List<OptionSpec> options;

  CommandLineParser(Command command) {
    this.command = command;
    this.options = withCommon(command);
  }

  /** The command's options and those that every command has. */
  static List<OptionSpec> withCommon(Command command) {
    List<OptionSpec> all = new ArrayList<>(command.options());
    all.add(OptionSpec.VERBOSE);
    all.add(OptionSpec.HELP);
    return all;
  }

  ParsedOptions parse(List<String> words) {
    Options known = new Options();
    options.forEach(option -> known.addOption(option.toOption()));
    try {
      CommandLine line =
          DefaultParser.builder()
              .setAllowPartialMatching(false)
              .setStripLeadingAndTrailingQuotes(false)
              .get()
              .parse(known, words.toArray(new String[0]));
      return new ParsedOptions(command.name(), values(line), arguments(line.getArgList()));
    } catch (UnrecognizedOptionException e) {
      throw mistake(unknown(e.getOption()));
    } catch (MissingArgumentException e) {
      String name = e.getOption().getLongOpt();
      throw mistake("--" + name + " needs a value: --" + name + " " + e.getOption().getArgName());
    } catch (ParseException e) {
      throw new UserError(UserError.Kind.USAGE, e.getMessage(), e);
    }
  }

  private String unknown(String word) {
    List<String> names = options.stream().map(option -> "--" + option.name()).toList();
    String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
    return "unknown option " + name + "." + NearestName.hint(name, names);
  }

  private Map<String, List<String>> values(CommandLine line) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (OptionSpec option : options) {
      if (line.hasOption(option.name())) {
        String[] given = line.getOptionValues(option.name());
        values.put(option.name(), given == null ? List.of() : List.of(given));
        if (given != null && given.length > 1 && !option.repeatable()) {
          throw mistake(
              "--" + option.name() + " is given twice: " + String.join(" and ", given) + ".");
        }
      }
    }
    return values;
  }

  private Map<String, List<String>> arguments(List<String> words) {
    List<ArgumentSpec> expected = command.arguments();
    boolean open = !expected.isEmpty() && expected.get(expected.size() - 1).repeatable();
    if (words.size() > expected.size() && !open) {
      throw mistake(tooMany(words.get(expected.size())));
    }
    if (words.size() < expected.size()) {
      ArgumentSpec missing = expected.get(words.size());
      throw mistake(missing.name() + " is missing. " + missing.help());
    }
    Map<String, List<String>> arguments = new LinkedHashMap<>();
    for (int i = 0; i < words.size(); i++) {
      ArgumentSpec argument = expected.get(Math.min(i, expected.size() - 1));
      arguments.computeIfAbsent(argument.name(), name -> new ArrayList<>()).add(words.get(i));
    }
    return arguments;
  }

  private String tooMany(String word) {
    if (word.contains("=") && options.contains(OptionSpec.SET)) {
      return "unexpected '" + word + "'. Did you mean '--set " + word + "'?";
    }
    String takes =
        command.arguments().stream().map(ArgumentSpec::usage).collect(Collectors.joining(" "));
    return String.format(
        "unexpected '%s'; fdistill %s takes %s.",
        word, command.name(), takes.isEmpty() ? "options only" : takes + " and options");
  }

  private UserError mistake(String what) {
    return UserError.usage(what + "\nSee: fdistill " + command.name() + " --help");
  }
}
