package org.fdistill.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.Printable;
import org.fdistill.data.Palette;

/** The images that a run has kept, in the page itself. */
final class Gallery {
  /** Names that this package gives: a list from elsewhere cannot bring in other files. */
  private static final String OWN_NAME = "(training|validation)-[0-9]+[a-z-]*\\.(png|jpg)";

  private static final int NO_CLASS = 255;
  private static final List<String> KINDS = List.of("image", "student", "truth", "prediction");

  private final Path folder;

  Gallery(Path run) {
    this.folder = run.resolve(SampleImages.FOLDER);
  }

  /** Training images as the network sees them; nothing where none are kept. */
  Html training() {
    return list(SampleImages.TRAINING)
        .map(
            list ->
                gallery(
                    list,
                    "The first images of the first step, as the network sees them: cropped,"
                        + " changed and mixed as the config says."))
        .orElse(Html.NOTHING);
  }

  /** Validation images with truth and prediction; nothing where none are kept. */
  Html validation() {
    return list(SegmentedImages.LIST)
        .map(
            list ->
                gallery(
                    list,
                    "Validation images, their true classes, and what the network says after step "
                        + Figures.whole(list.get("step").getAsLong())
                        + "."))
        .orElse(Html.NOTHING);
  }

  private Optional<JsonObject> list(String name) {
    try {
      Path file = folder.resolve(name);
      return Files.isRegularFile(file)
          ? RecordedRun.json(file).filter(list -> list.has(SampleImages.IMAGES))
          : Optional.empty();
    } catch (IOException e) { // The rest of the report does without.
      return Optional.empty();
    }
  }

  private Html gallery(JsonObject list, String note) {
    JsonArray images = list.getAsJsonArray(SampleImages.IMAGES);
    List<Html> figures = new ArrayList<>();
    for (JsonElement element : images) {
      figures.add(figure(element.getAsJsonObject()));
    }
    return Html.all(
        Html.element("p", Map.of("class", "note"), Html.text(note)),
        Html.element("div", Map.of("class", "pictures " + width(images)), Html.all(figures)),
        key(list.getAsJsonArray(SampleImages.CLASSES)));
  }

  private static String name(String kind) {
    return kind.equals("student") ? "student's view" : kind;
  }

  /** The look for as many pictures of one image. */
  private static String width(JsonArray images) {
    long most = 1;
    for (JsonElement element : images) {
      most = Math.max(most, KINDS.stream().filter(element.getAsJsonObject()::has).count());
    }
    return most == 1 ? "single" : most == 2 ? "pair" : "triple";
  }

  private Html figure(JsonObject entry) {
    String name = Printable.line(entry.get("name").getAsString().replaceFirst(".*/", ""));
    String label =
        entry.has("class") ? Printable.line(entry.get("class").getAsString()) + ", " + name : name;
    List<Html> row = new ArrayList<>();
    List<String> shown = new ArrayList<>();
    for (String kind : KINDS) {
      if (entry.has(kind)) {
        picture(entry.get(kind).getAsString(), name(kind) + " of " + label).ifPresent(row::add);
        shown.add(name(kind));
      }
    }
    String kinds = shown.size() > 1 ? String.join(", ", shown) + ": " : "";
    return Html.element(
        "figure",
        Html.element("div", Map.of("class", "row"), Html.all(row)),
        Html.element("figcaption", kinds + label));
  }

  private Optional<Html> picture(String file, String alt) {
    if (!file.matches(OWN_NAME)) {
      return Optional.empty();
    }
    try {
      byte[] bytes = Files.readAllBytes(folder.resolve(file));
      String type = file.endsWith("png") ? "image/png" : "image/jpeg";
      String source = "data:" + type + ";base64," + Base64.getEncoder().encodeToString(bytes);
      return Optional.of(
          Html.single(
              "img",
              Map.of(
                  "src", source, "alt", alt, "class", file.endsWith("png") ? "small" : "photo")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Which colour is which class. */
  private static Html key(JsonArray classes) {
    List<Html> entries = new ArrayList<>();
    for (JsonElement element : classes) {
      JsonObject of = element.getAsJsonObject();
      int colour = Palette.colour(of.get("number").getAsInt(), NO_CLASS);
      Html square =
          Html.element(
              "svg",
              Map.of("viewBox", "0 0 1 1", "aria-hidden", "true"),
              Html.element(
                  "rect",
                  Map.of(
                      "width", "1",
                      "height", "1",
                      "fill", String.format(Locale.ROOT, "#%06x", colour))));
      entries.add(
          Html.element("li", square, Html.text(Printable.line(of.get("name").getAsString()))));
    }
    return entries.isEmpty()
        ? Html.NOTHING
        : Html.element("ul", Map.of("class", "key", "aria-label", "Classes"), Html.all(entries));
  }
}
