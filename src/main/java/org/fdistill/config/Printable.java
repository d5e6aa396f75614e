package org.fdistill.config;

import java.util.Locale;

/**
 * Text of others that a terminal can show: characters that move its cursor, change its colours or
 * the direction of writing appear as their code, such as {@code \x1b}.
 */
public final class Printable {
  private Printable() {}

  /** One line: line breaks appear as their code as well. */
  public static String line(String text) {
    return escaped(text, false);
  }

  /** Text of several lines, which keeps its line breaks. */
  public static String lines(String text) {
    return escaped(text, true);
  }

  private static String escaped(String text, boolean lines) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (isSafe(point) || (lines && (point == '\n' || point == '\t'))) {
                printable.appendCodePoint(point);
              } else {
                printable.append(
                    String.format(Locale.ROOT, point < 0x100 ? "\\x%02x" : "\\u%04x", point));
              }
            });
    return printable.toString();
  }

  private static boolean isSafe(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      // Of invisible characters, joiners belong to the spelling of some languages.
      case Character.FORMAT -> point == 0x200c || point == 0x200d;
      default -> true;
    };
  }
}
