package org.fdistill.convert;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.EvalCropConfig;
import org.fdistill.proto.Normalization;

/**
 * What the files beside a checkpoint say of it.
 *
 * @param source the file, for people
 * @param family that it belongs to, if it says so
 * @param traits what no shape tells; nothing where it says nothing
 * @param stated what the tensors tell as well and must confirm, by the names of our fields
 * @param normalization of its input; null where it does not say
 * @param crop how images are brought to size; null where it does not say
 * @param licence empty where it does not say
 */
record Published(
    String source,
    Optional<String> family,
    BackboneConfig traits,
    Map<String, Object> stated,
    Normalization normalization,
    EvalCropConfig crop,
    String licence) {

  /** Keys of lists with a number for each stage. */
  private static final Set<String> STAGES = Set.of("depths", "num_heads");

  /** Nothing is said. */
  static final Published NOTHING =
      new Published(
          "", Optional.empty(), BackboneConfig.getDefaultInstance(), Map.of(), null, null, "");

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

  /**
   * Sizes as our fields have them.
   *
   * @param keys the name of our field by the key that the file has for it
   * @return what is there
   */
  static Map<String, Object> stated(String file, JsonObject object, Map<String, String> keys) {
    Map<String, Object> stated = new TreeMap<>();
    keys.forEach(
        (key, field) -> {
          boolean ofStages = object.get(key) instanceof JsonArray && STAGES.contains(key);
          if (ofStages) {
            stated.put(field, integers(object, key));
          } else {
            side(file, object, key).ifPresent(size -> stated.put(field, size));
          }
        });
    return stated;
  }

  /**
   * A side of a square: a number, or the same number for height and width; channels may stand in
   * front.
   *
   * @param file for the message
   * @throws UserError where height and width differ
   */
  static Optional<Integer> side(String file, JsonObject object, String key) {
    List<Integer> sizes = integers(object, key);
    int count = sizes.size();
    if (count < 2) {
      return integer(object, key);
    }
    if (!sizes.get(count - 1).equals(sizes.get(count - 2))) {
      throw UserError.input(
          "%s: %s is %s.\nExpected the same height and width: images, patches and windows are squares here."
              .formatted(file, key, object.get(key)));
    }
    return Optional.of(sizes.get(count - 1));
  }

  /**
   * A whole number; empty where there is none.
   *
   * @throws NumberFormatException where there is a text instead
   */
  static Optional<Integer> integer(JsonObject object, String key) {
    JsonElement value = object.get(key);
    if (value != null && value.isJsonPrimitive() && !value.getAsJsonPrimitive().isNumber()) {
      throw new NumberFormatException(key + " is " + value);
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

  /** A truth value; false where there is none. */
  static boolean flag(JsonObject object, String key) {
    JsonElement value = object.get(key);
    return value != null && value.isJsonPrimitive() && value.getAsBoolean();
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
