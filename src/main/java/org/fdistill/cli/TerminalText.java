package org.fdistill.cli;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    return escaped(text, "\n\t");
  }

  /** A message: as {@link #lines}, and lines that nobody reads to their end are cut. */
  static String message(String text) {
    return Stream.of(lines(text).split("\n", -1))
        .map(TerminalText::cut)
        .collect(Collectors.joining("\n"));
  }

  /** A part of one line: ends of lines and tabs are spelt out too. */
  static String part(String text) {
    return escaped(text, "");
  }

  private static String cut(String line) {
    if (line.length() <= LONGEST_LINE) {
      return line;
    }
    int kept = Character.isHighSurrogate(line.charAt(KEPT - 1)) ? KEPT - 1 : KEPT;
    return String.format(
        Locale.ROOT, "%s ... (%,d more characters)", line.substring(0, kept), line.length() - kept);
  }

  private static String escaped(String text, String allowed) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (allowed.indexOf(point) >= 0 || !steers(point)) {
                safe.appendCodePoint(point);
              } else {
                safe.append(
                    String.format(Locale.ROOT, point < 0x100 ? "\\x%02x" : "\\u%04x", point));
              }
            });
    return safe.toString();
  }

  /** Control characters, other ends of lines, half characters, and what turns the direction. */
  private static boolean steers(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      // Of invisible characters, joiners belong to the spelling of some languages.
      case Character.FORMAT -> point != 0x200c && point != 0x200d;
      default -> false;
    };
  }
}
