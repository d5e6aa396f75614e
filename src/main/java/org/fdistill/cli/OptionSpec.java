package org.fdistill.cli;

import org.apache.commons.cli.Option;

/**
 * An option: the one place of its name, its help and its default.
 *
 * @param name without the dashes
 * @param value what follows it, in capitals, such as DIR; empty for a flag
 * @param help what it does
 * @param defaultValue holds where the option is not given; empty for none
 * @param repeatable whether it may be given several times
 */
public record OptionSpec(
    String name, String value, String help, String defaultValue, boolean repeatable) {

  /** {@code --set}, for commands that take a config. */
  public static final OptionSpec SET =
      new OptionSpec(
          "set",
          "FIELD=VALUE",
          "Overrides a field of the config, such as schedule.length.epochs=100. A list takes commas;"
              + " nothing after the equals sign unsets the field. Repeatable.",
          "",
          true);

  /** {@code --workdir}, for commands that write or read a run's folder. */
  public static final OptionSpec WORKDIR = value("workdir", "DIR", "The run's folder.");

  /** {@code --help}, which every command has. */
  static final OptionSpec HELP = flag("help", "Shows this help.");

  /** {@code --verbose}, which every command has. */
  static final OptionSpec VERBOSE = flag("verbose", "Adds stack traces to error messages.");

  /** An option without a value. */
  public static OptionSpec flag(String name, String help) {
    return new OptionSpec(name, "", help, "", false);
  }

  /** An option with a value. */
  public static OptionSpec value(String name, String value, String help) {
    return new OptionSpec(name, value, help, "", false);
  }

  /** The same option with a default. */
  public OptionSpec orElse(String defaultValue) {
    return new OptionSpec(name, value, help, defaultValue, repeatable);
  }

  /** The same option with another help text. */
  public OptionSpec explained(String help) {
    return new OptionSpec(name, value, help, defaultValue, repeatable);
  }

  /** {@code --name VALUE}. */
  String usage() {
    return value.isEmpty() ? "--" + name : "--" + name + " " + value;
  }

  Option toOption() {
    return Option.builder().longOpt(name).hasArg(!value.isEmpty()).argName(value).get();
  }
}
