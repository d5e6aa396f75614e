package org.fdistill.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A table of a page: a caption for those who hear it, a header, and rows whose first cell names
 * them.
 */
final class Table {
  private static final String NUMBER = "[-+\u2013]?[0-9\u221e].*|\u2013";

  private final String caption;
  private final List<String> header;
  private final boolean figures;
  private final List<Html> rows = new ArrayList<>();

  /**
   * Makes a table of figures without rows: what is a number stands on the right.
   *
   * @param caption read out before it
   * @param header a text a column
   */
  Table(String caption, List<String> header) {
    this(caption, header, true);
  }

  private Table(String caption, List<String> header, boolean figures) {
    this.caption = caption;
    this.header = List.copyOf(header);
    this.figures = figures;
  }

  /** As the constructor, of texts, some of which may be numbers. */
  static Table ofTexts(String caption, List<String> header) {
    return new Table(caption, header, false);
  }

  /** Adds a row of text. */
  Table row(List<String> cells) {
    return row("", cells);
  }

  /**
   * Adds a row of text that looks different.
   *
   * @param look a class of the style sheet; empty for none
   */
  Table row(String look, List<String> cells) {
    List<Html> html = new ArrayList<>();
    for (String cell : cells) {
      html.add(
          html.isEmpty()
              ? Html.element("th", Map.of("scope", "row"), Html.text(cell))
              : cell(cell));
    }
    Html[] content = html.toArray(Html[]::new);
    rows.add(
        look.isEmpty()
            ? Html.element("tr", content)
            : Html.element("tr", Map.of("class", look), content));
    return this;
  }

  private Html cell(String text) {
    return figures && text.matches(NUMBER)
        ? Html.element("td", Map.of("class", "number"), Html.text(text))
        : Html.element("td", text);
  }

  /** Whether it has a row. */
  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The table, in a frame that scrolls sideways by itself and not with the page. */
  Html html() {
    Html head =
        Html.all(
            header.stream()
                .map(text -> Html.element("th", Map.of("scope", "col"), Html.text(text)))
                .toList());
    Html table =
        Html.element(
            "table",
            Html.element("caption", caption),
            Html.element("thead", Html.element("tr", head)),
            Html.element("tbody", Html.all(rows)));
    return Html.element(
        "div",
        Map.of("class", "scroll", "role", "region", "tabindex", "0", "aria-label", caption),
        table);
  }
}
