package org.fdistill.cli;

/**
 * An argument without a dash.
 *
 * @param name in capitals, such as CONFIG
 * @param help what it is
 * @param required whether the command needs it
 */
public record ArgumentSpec(String name, String help, boolean required) {
  /** An argument that must be given. */
  public static ArgumentSpec required(String name, String help) {
    return new ArgumentSpec(name, help, true);
  }

  /** An argument that may be left out. */
  public static ArgumentSpec optional(String name, String help) {
    return new ArgumentSpec(name, help, false);
  }

  /** As the usage line shows it. */
  String usage() {
    return required ? name : "[" + name + "]";
  }
}
