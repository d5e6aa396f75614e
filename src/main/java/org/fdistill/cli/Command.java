package org.fdistill.cli;

import java.util.List;

/** A command of the command line: what its help says, and what it does. */
public interface Command {
  /** The word after {@code fdistill}. */
  String name();

  /** One line for the list of commands. */
  String summary();

  /** One paragraph or more for the command's own help; plain text, wrapped when shown. */
  String description();

  /** What it takes besides options, in order. */
  default List<ArgumentSpec> arguments() {
    return List.of();
  }

  /**
   * Its options, in the order of the help; {@code --help} and {@code --verbose} come by themselves.
   */
  default List<OptionSpec> options() {
    return List.of();
  }

  /** Command lines that work as they stand, each without the leading {@code fdistill}. */
  List<String> examples();

  /**
   * Runs the command to its end; what goes wrong is thrown.
   *
   * @param options the command line, with defaults
   * @param console where results and messages go
   * @throws org.fdistill.config.UserError for all that the user can mend
   */
  void run(ParsedOptions options, Console console) throws Exception;
}
