package org.fdistill.report;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * One HTML file that needs no other: style, scripts, points and pictures are in it. Its own policy
 * forbids it to load anything, and to run any script but the two that it comes with.
 */
final class Page {
  private static final String LICENCE = resource("uPlot.LICENSE");
  private static final String STYLE = resource("uPlot.min.css") + resource("report.css");
  private static final String LIBRARY = "/*!\n" + LICENCE + "*/\n" + resource("uPlot.iife.min.js");
  private static final String SCRIPT = resource("report.js");

  /** Gson writes the signs of HTML as escapes, so that no text ends the element. */
  private static final Gson GSON = new Gson();

  private final String title;
  private final Html header;
  private final List<Section> sections = new ArrayList<>();

  /**
   * Starts a page.
   *
   * @param title of the window
   * @param header what stands first, its h1 included
   */
  Page(String title, Html header) {
    this.title = title;
    this.header = header;
  }

  private record Section(String id, String heading, Html content) {}

  /** Adds a section with a heading (h2) and an entry in the list of contents. */
  void section(String heading, Html content) {
    if (!content.markup().isEmpty()) {
      sections.add(new Section("section-" + (sections.size() + 1), heading, content));
    }
  }

  /**
   * The whole page.
   *
   * @param points of its plots
   */
  String html(JsonArray points) {
    String head =
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="%s">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="generator" content="fdistill">
        %s
        <style>%s</style>
        </head>
        <body>
        """
            .formatted(policy(), Html.element("title", title).markup(), STYLE);
    return head + body().markup() + scripts(points) + "</body>\n</html>\n";
  }

  private Html body() {
    Html skip =
        Html.element(
            "a", Map.of("class", "skip", "href", "#main"), Html.text("Skip to the content"));
    List<Html> entries = new ArrayList<>();
    List<Html> contents = new ArrayList<>();
    for (Section section : sections) {
      Html link =
          Html.element("a", Map.of("href", "#" + section.id()), Html.text(section.heading()));
      entries.add(Html.element("li", link));
      Html heading = Html.element("h2", Map.of("id", section.id()), Html.text(section.heading()));
      contents.add(
          Html.element(
              "section",
              Map.of("aria-labelledby", section.id()),
              Html.all(heading, section.content())));
    }
    Html navigation =
        Html.element(
            "nav", Map.of("aria-label", "Contents"), Html.element("ul", Html.all(entries)));
    Html noScript =
        Html.element(
            "noscript",
            Html.element("p", "The plots need JavaScript; the tables below them do without."));
    return Html.all(
        skip,
        Html.element("header", Html.all(header, navigation)),
        Html.element("main", Map.of("id", "main"), Html.all(noScript, Html.all(contents))));
  }

  private static String scripts(JsonArray points) {
    return "<script type=\"application/json\" id=\"plots\">"
        + GSON.toJson(points)
        + "</script>\n<script>"
        + LIBRARY
        + "</script>\n<script>"
        + SCRIPT
        + "</script>\n";
  }

  private static String policy() {
    return "default-src 'none'; img-src data:; style-src %s; script-src %s %s; base-uri 'none'; form-action 'none'"
        .formatted(hash(STYLE), hash(LIBRARY), hash(SCRIPT));
  }

  private static String hash(String inline) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(inline.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
