package org.fdistill.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** JSON as a run's files have it: a number that is not finite becomes null. */
public final class Json {
  private static final Gson LINE = new GsonBuilder().serializeNulls().create();
  private static final Gson PRETTY =
      new GsonBuilder().serializeNulls().setPrettyPrinting().disableHtmlEscaping().create();

  private Json() {}

  static String line(Map<String, ?> values) {
    return LINE.toJson(object(values));
  }

  private static JsonObject object(Map<String, ?> values) {
    JsonObject object = new JsonObject();
    values.forEach(
        (name, value) -> {
          if (value instanceof Number number && !Double.isFinite(number.doubleValue())) {
            object.add(name, JsonNull.INSTANCE);
          } else if (value instanceof Number number) {
            object.add(name, new JsonPrimitive(number));
          } else if (value instanceof Boolean flag) {
            object.add(name, new JsonPrimitive(flag));
          } else {
            object.add(name, new JsonPrimitive(String.valueOf(value)));
          }
        });
    return object;
  }

  /** The step of a line; {@code Long.MAX_VALUE} where a kill left half of one. */
  static long step(String line) {
    try {
      return LINE.fromJson(line, JsonObject.class).get("step").getAsLong();
    } catch (JsonParseException | NullPointerException e) {
      return Long.MAX_VALUE;
    }
  }

  /**
   * Writes a file in one piece.
   *
   * @param values strings, numbers or booleans by name
   */
  public static void write(Path file, Map<String, ?> values) throws IOException {
    replace(file, PRETTY.toJson(object(values)) + "\n");
  }

  /** Puts a text in place of a file, in one piece. */
  static void replace(Path file, String text) throws IOException {
    Path partial = file.resolveSibling("." + file.getFileName() + ".partial");
    Files.writeString(partial, text);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
