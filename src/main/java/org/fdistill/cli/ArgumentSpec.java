package org.fdistill.cli;

/**
 * An argument without a dash.
 *
 * @param name in capitals, such as CONFIG
 * @param help what it is
 * @param repeatable whether more of its kind may follow; so only the last argument
 */
public record ArgumentSpec(String name, String help, boolean repeatable) {
  /** An argument that is given once. */
  public ArgumentSpec(String name, String help) {
    this(name, help, false);
  }

  /** An argument that is given once or more often. */
  static ArgumentSpec several(String name, String help) {
    return new ArgumentSpec(name, help, true);
  }

  /** NAME, or NAME... */
  String usage() {
    return repeatable ? name + "..." : name;
  }
}
