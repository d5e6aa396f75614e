package org.fdistill.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Says which field a position in a text protobuf belongs to. The parser names a line and a column
 * only; users want the path.
 */
final class TextCursor {
  private final String text;
  private final Deque<String> blocks = new ArrayDeque<>();
  private String name = "";
  private boolean inValue;
  private boolean inList;

  private TextCursor(String text) {
    this.text = text;
  }

  /** The path of the block around a position, such as {@code [model, vit]}. */
  static List<String> block(String text, int line, int column) {
    return new TextCursor(text).walk(offset(text, line, column)).outer();
  }

  /** The path of the field whose value stands at a position. */
  static List<String> field(String text, int line, int column) {
    TextCursor cursor = new TextCursor(text).walk(offset(text, line, column));
    List<String> path = cursor.outer();
    if (!cursor.name.isEmpty()) {
      path.add(cursor.name);
    }
    return path;
  }

  /** The word at a position, up to the next blank or punctuation. */
  static String word(String text, int line, int column) {
    int start = offset(text, line, column);
    if (start >= text.length()) {
      return "the end of the text";
    }
    int end = start + 1;
    while (end < text.length() && !Character.isWhitespace(text.charAt(end)) && plain(text, end)) {
      end++;
    }
    return text.substring(start, end);
  }

  private static boolean plain(String text, int at) {
    return "{}[],;:#".indexOf(text.charAt(at)) < 0;
  }

  /** A line of the text with a caret below the column, indented by two. */
  static String excerpt(String text, int line, int column) {
    List<String> lines = text.lines().toList();
    if (line < 1 || line > lines.size()) {
      return "";
    }
    return Shortened.marked(lines.get(line - 1), column);
  }

  /** Where a position is in the text. */
  static int offset(String text, int line, int column) {
    int start = 0;
    for (int i = 1; i < line; i++) {
      start = text.indexOf('\n', start) + 1;
    }
    return Math.min(text.length(), start + column - 1);
  }

  private List<String> outer() {
    List<String> path = new ArrayList<>(blocks);
    path.removeIf(String::isEmpty);
    return path;
  }

  private TextCursor walk(int end) {
    int at = 0;
    while (at < end) {
      at = step(at);
    }
    return this;
  }

  /** Takes in one token and returns where the next one starts. */
  private int step(int at) {
    char c = text.charAt(at);
    if (c == '#') {
      int newline = text.indexOf('\n', at);
      return newline < 0 ? text.length() : newline + 1;
    }
    if (c == '"' || c == '\'') {
      inValue = false;
      return afterString(at, c);
    }
    if (Character.isLetterOrDigit(c) || c == '_') {
      return takeWord(at);
    }
    takePunctuation(c);
    return at + 1;
  }

  private int afterString(int at, char quote) {
    int end = at + 1;
    while (end < text.length() && text.charAt(end) != quote) {
      end += text.charAt(end) == '\\' ? 2 : 1;
    }
    return end + 1;
  }

  private int takeWord(int at) {
    int end = at;
    while (end < text.length()
        && (Character.isLetterOrDigit(text.charAt(end)) || "_.+-".indexOf(text.charAt(end)) >= 0)) {
      end++;
    }
    if (!inValue) {
      name = text.substring(at, end);
    }
    inValue = false;
    return end;
  }

  private void takePunctuation(char c) {
    if (c == '{' || c == '<') {
      blocks.addLast(name);
      name = "";
      inValue = false;
    } else if (c == '}' || c == '>') {
      blocks.pollLast();
      name = "";
      inValue = false;
    } else if (c == '[' || c == ']') {
      inList = c == '[';
      inValue = inList;
    } else if (c == ':' || c == ',') {
      inValue = c == ':' || inList;
    }
  }
}
