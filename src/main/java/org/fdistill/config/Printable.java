package org.fdistill.config;

/**
 * Text of others that a terminal can show: characters that move its cursor, change its colours or
 * the direction of writing appear as their code, such as {@code \u001b}.
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
              if (isSafe(point) || lines && (point == '\n' || point == '\t')) {
                printable.appendCodePoint(point);
              } else {
                printable.append("\\u%04x".formatted(point));
              }
            });
    return printable.toString();
  }

  private static boolean isSafe(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
