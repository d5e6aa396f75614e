package org.fdistill.convert;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.EvalCropConfig;
import org.fdistill.proto.Normalization;

/**
 * What the files beside a checkpoint say of it.
 *
 * @param source the file, for people
 * @param family that it belongs to, if it says so
 * @param traits what no shape tells; nothing where it says nothing
 * @param normalization of its input; null where it does not say
 * @param crop how images are brought to size; null where it does not say
 * @param licence empty where it does not say
 */
record Published(
    String source,
    Optional<String> family,
    BackboneConfig traits,
    Normalization normalization,
    EvalCropConfig crop,
    String licence) {

  /** Nothing is said. */
  static final Published NOTHING =
      new Published("", Optional.empty(), BackboneConfig.getDefaultInstance(), null, null, "");

  /** Mean and deviation; null unless both are three numbers. */
  static Normalization normalization(JsonElement mean, JsonElement std) {
    List<Float> means = floats(mean);
    List<Float> deviations = floats(std);
    return means.size() == 3 && deviations.size() == 3
        ? Normalization.newBuilder().addAllMean(means).addAllStd(deviations).build()
        : null;
  }

  private static List<Float> floats(JsonElement element) {
    List<Float> values = new ArrayList<>();
    if (element != null && element.isJsonArray()) {
      element.getAsJsonArray().forEach(value -> values.add(value.getAsFloat()));
    }
    return values;
  }

  /** A whole number, or the first of a list of them; empty where there is none. */
  static Optional<Integer> integer(JsonObject object, String key) {
    JsonElement value = object.get(key);
    if (value instanceof JsonArray array && !array.isEmpty()) {
      value = array.get(array.size() - 1);
    }
    return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber()
        ? Optional.of(value.getAsInt())
        : Optional.empty();
  }

  /** A list of whole numbers; empty where there is none. */
  static List<Integer> integers(JsonObject object, String key) {
    List<Integer> values = new ArrayList<>();
    if (object.get(key) instanceof JsonArray array) {
      array.forEach(value -> values.add(value.getAsInt()));
    }
    return values;
  }

  /** A text; empty where there is none. */
  static String text(JsonObject object, String key) {
    JsonElement value = object.get(key);
    return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
  }

  /** A number; empty where there is none. */
  static Optional<Double> number(JsonObject object, String key) {
    JsonElement value = object.get(key);
    return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber()
        ? Optional.of(value.getAsDouble())
        : Optional.empty();
  }

  /** A part of an object; an empty one where there is none. */
  static JsonObject object(JsonObject object, String key) {
    return object.get(key) instanceof JsonObject part ? part : new JsonObject();
  }
}
