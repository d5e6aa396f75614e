package org.fdistill.report;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A piece of a page. It is made of text, which is escaped, and of elements, whose names are this
 * package's own, so that no name of a run, a file or a class can become markup.
 *
 * @param markup as the page has it
 */
record Html(String markup) {
  /** No markup at all. */
  static final Html NOTHING = new Html("");

  /** Text as it stands. */
  static Html text(String text) {
    return new Html(escaped(text));
  }

  /** Pieces one after the other. */
  static Html all(Html... parts) {
    return all(Arrays.asList(parts));
  }

  /** Pieces one after the other. */
  static Html all(Collection<Html> parts) {
    return new Html(parts.stream().map(Html::markup).collect(Collectors.joining()));
  }

  /** An element without attributes. */
  static Html element(String name, Html... content) {
    return element(name, Map.of(), content);
  }

  /** An element with text alone. */
  static Html element(String name, String text) {
    return element(name, text(text));
  }

  /**
   * An element.
   *
   * @param name of the element
   * @param attributes by name; the values are escaped, an empty one stands for a flag
   */
  static Html element(String name, Map<String, String> attributes, Html... content) {
    return new Html(open(name, attributes) + all(content).markup() + "</" + name + ">");
  }

  /** An element that has no end tag. */
  static Html single(String name, Map<String, String> attributes) {
    return new Html(open(name, attributes));
  }

  private static String open(String name, Map<String, String> attributes) {
    return Stream.concat(
            Stream.of("<" + name),
            attributes.entrySet().stream().sorted(Map.Entry.comparingByKey()).map(Html::attribute))
        .collect(Collectors.joining(" ", "", ">"));
  }

  private static String attribute(Map.Entry<String, String> entry) {
    return entry.getValue().isEmpty()
        ? entry.getKey()
        : entry.getKey() + "=\"" + escaped(entry.getValue()) + "\"";
  }

  /** Characters that HTML does not allow appear as the replacement character. */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isAllowed(point) ? point : 0xfffd);
              }
            });
    return escaped.toString();
  }

  private static boolean isAllowed(int point) {
    boolean control = Character.isISOControl(point) && point != '\n' && point != '\t';
    return !control && Character.getType(point) != Character.SURROGATE;
  }
}
