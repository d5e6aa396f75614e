package org.fdistill.cli;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fdistill.config.Printable;

/**
 * Text from files and from the file system, made fit for a terminal. Names of tensors, of files and
 * whole source lines come in from elsewhere: a control character in one could move the cursor,
 * colour what follows or rename the window, and a line has any length.
 */
final class TerminalText {
  private static final int LONGEST_LINE = 1000;
  private static final int KEPT = 900;

  private TerminalText() {}

  /** Several lines; what steers a terminal is spelt out, such as {@code \x1b}. */
  static String lines(String text) {
    return Printable.lines(text);
  }

  /** A message: as {@link #lines}, and lines that nobody reads to their end are cut. */
  static String message(String text) {
    return Stream.of(lines(text).split("\n", -1))
        .map(TerminalText::cut)
        .collect(Collectors.joining("\n"));
  }

  /** A part of one line: ends of lines and tabs are spelt out too. */
  static String part(String text) {
    return Printable.line(text);
  }

  private static String cut(String line) {
    if (line.length() <= LONGEST_LINE) {
      return line;
    }
    int kept = Character.isHighSurrogate(line.charAt(KEPT - 1)) ? KEPT - 1 : KEPT;
    return String.format(
        Locale.ROOT, "%s ... (%,d more characters)", line.substring(0, kept), line.length() - kept);
  }
}
