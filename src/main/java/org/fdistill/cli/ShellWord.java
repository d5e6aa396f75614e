package org.fdistill.cli;

import java.nio.file.Path;

/** Words of commands that are shown to be typed into a shell. */
final class ShellWord {
  private ShellWord() {}

  /** A path as one word: in quotes where a shell would split it or find patterns in it. */
  static String of(Path path) {
    String text = path.toString();
    return text.matches("[\\p{L}\\p{N}_@%+=:,./-]+")
        ? text
        : "'" + text.replace("'", "'\\''") + "'";
  }
}
