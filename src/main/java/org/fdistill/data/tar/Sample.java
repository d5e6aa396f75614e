package org.fdistill.data.tar;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fdistill.config.UserError;
import org.fdistill.graph.FileRanges;

/**
 * Members that belong together, as WebDataset has it: they follow each other and have one name up
 * to the first dot of the file name. What comes after the dot says what a member is, in any case.
 */
final class Sample {
  /** What images that can be decoded end with. */
  private static final Set<String> IMAGES =
      Set.of("jpg", "jpeg", "jpe", "jfif", "png", "bmp", "gif");

  private static final Set<String> LABELS = Set.of("cls", "json");
  private static final Pattern NAME = Pattern.compile("((?:.*/)?[^./]+)\\.([^/]*)", Pattern.DOTALL);
  private static final int SHOWN = 40;

  private final String key;
  private final String className;
  private String image;
  private FileRanges.Range range;
  private byte[] cls;
  private byte[] json;

  private Sample(String key, String className) {
    this.key = key;
    this.className = className;
  }

  /**
   * A name and what comes after its dot.
   *
   * @param kind in lower case
   */
  record Part(String key, String kind) {
    /** The parts of a member's name; of one without a dot the kind is empty. */
    static Part of(String member) {
      Matcher name = NAME.matcher(member);
      return name.matches()
          ? new Part(name.group(1), name.group(2).toLowerCase(Locale.ROOT))
          : new Part(member, "");
    }

    boolean isImage() {
      return IMAGES.contains(kind);
    }

    boolean isLabel() {
      return LABELS.contains(kind);
    }
  }

  /** A sample that holds nothing yet. */
  static Sample of(String key, String className) {
    return new Sample(key, className);
  }

  boolean isOf(String otherKey, String otherClass) {
    return key.equals(otherKey) && className.equals(otherClass);
  }

  boolean hasImage() {
    return image != null;
  }

  /**
   * Adds the image.
   *
   * @throws UserError where there is one
   */
  void image(String file, String member, FileRanges.Range bytes) {
    if (image != null) {
      throw UserError.input(
          "%s: %s and %s are two images of one sample, by their names up to the first dot. Keep one."
              .formatted(file, image, member));
    }
    image = member;
    range = bytes;
  }

  /** Adds what says the label. */
  void label(String kind, byte[] content) {
    if (kind.equals("cls")) {
      cls = content;
    } else {
      json = content;
    }
  }

  /** The whole, once all members were added. */
  TarExample example() {
    String name = className.isEmpty() ? image : className + "/" + image;
    long label = TarExample.NO_LABEL;
    String problem = "";
    try {
      label = label();
    } catch (NumberFormatException e) {
      problem = e.getMessage();
    }
    return new TarExample(name, className, range, label, problem);
  }

  private long label() {
    if (cls != null) {
      return number(".cls", new String(cls, StandardCharsets.UTF_8).strip());
    }
    return json == null ? TarExample.NO_LABEL : jsonLabel(new String(json, StandardCharsets.UTF_8));
  }

  /** Where the JSON is an object with a label, that has to be a number. */
  private static long jsonLabel(String text) {
    try {
      JsonElement all = JsonParser.parseString(text);
      JsonElement label = all.isJsonObject() ? all.getAsJsonObject().get("label") : null;
      return label == null ? TarExample.NO_LABEL : number("label in its .json", label.toString());
    } catch (JsonParseException e) {
      throw new NumberFormatException("its .json is no JSON");
    }
  }

  private static long number(String what, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
      throw new NumberFormatException(
          "its %s is '%s', expected one whole number".formatted(what, shown));
    }
  }
}
