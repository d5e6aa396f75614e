package org.fdistill.config;

import java.util.Locale;

/** Texts of a user's in messages: enough of them to be recognised. */
final class Shortened {
  private static final int LONGEST = 120;

  private Shortened() {}

  /** A text, or its start and its length. */
  static String of(String text) {
    return text.length() <= LONGEST
        ? text
        : String.format(
            Locale.ROOT, "%s... (%,d characters)", text.substring(0, LONGEST), text.length());
  }

  /**
   * A line with a caret below a place, both indented by two.
   *
   * @param column from 1; of a long line only what is around it is shown
   */
  static String marked(String line, int column) {
    int place = Math.max(0, Math.min(column - 1, line.length()));
    int from = line.length() <= LONGEST ? 0 : Math.max(0, place - LONGEST / 2);
    int to = Math.min(line.length(), from + LONGEST);
    String before = from > 0 ? "..." : "";
    String after = to < line.length() ? "..." : "";
    String shown = before + line.substring(from, to).replace('\t', ' ') + after;
    return String.format("  %s%n  %s^", shown, " ".repeat(before.length() + place - from));
  }
}
