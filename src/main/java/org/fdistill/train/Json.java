package org.fdistill.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.fdistill.files.WholeFile;

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
          } else if (value instanceof JsonElement element) {
            object.add(name, element);
          } else if (value instanceof Boolean flag) {
            object.add(name, new JsonPrimitive(flag));
          } else {
            object.add(name, new JsonPrimitive(String.valueOf(value)));
          }
        });
    return object;
  }

  /** The entry {@code step} of an object; empty where the text is damaged or cut short. */
  static OptionalLong step(String text) {
    try {
      JsonObject object = JsonParser.parseString(text).getAsJsonObject();
      return OptionalLong.of(object.get("step").getAsBigDecimal().longValueExact());
    } catch (RuntimeException e) { // The parser has one for each way in which a text can be wrong.
      return OptionalLong.empty();
    }
  }

  /**
   * The text of a file.
   *
   * @param values strings, numbers, booleans or JSON by name
   */
  public static String text(Map<String, ?> values) {
    return PRETTY.toJson(object(values)) + "\n";
  }

  /**
   * Writes a file in one piece.
   *
   * @param values strings, numbers or booleans by name
   */
  public static void write(Path file, Map<String, ?> values) throws IOException {
    WholeFile.write(file, text(values));
  }
}
