package org.fdistill.testing;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One golden: the arrays of {@code golden/NAME.npz} and the description in {@code
 * golden/NAME.json}.
 */
public final class Golden {
  private final String name;
  private final Map<String, NpyArray> arrays;
  private final JsonObject description;

  private Golden(String name, Map<String, NpyArray> arrays, JsonObject description) {
    this.name = name;
    this.arrays = arrays;
    this.description = description;
  }

  /**
   * Opens a golden.
   *
   * @param name its path under {@code golden/} without ending, such as {@code vit/relative-shared}
   */
  public static Golden open(String name) {
    try {
      String json = Files.readString(resource("golden/" + name + ".json"));
      return new Golden(
          name,
          Npz.read(resource("golden/" + name + ".npz")),
          JsonParser.parseString(json).getAsJsonObject());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The path of a test resource, file or folder. */
  public static Path resource(String path) {
    URL url = Golden.class.getClassLoader().getResource(path);
    if (url == null) {
      throw new IllegalArgumentException("no test resource " + path);
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All arrays by name. */
  public Map<String, NpyArray> arrays() {
    return arrays;
  }

  /** One array; an unknown name is an error. */
  public NpyArray array(String key) {
    NpyArray array = arrays.get(key);
    if (array == null) {
      throw new IllegalArgumentException(
          name + " has no array " + key + "; it has " + arrays.keySet());
    }
    return array;
  }

  /** The whole description. */
  public JsonObject description() {
    return description;
  }

  /**
   * The inputs of one section of the description, such as {@code parameters}, by name; their values
   * are made by {@link Input#values}.
   */
  public Map<String, Input> inputs(String section) {
    Map<String, Input> inputs = new LinkedHashMap<>();
    description
        .getAsJsonObject(section)
        .entrySet()
        .forEach(e -> inputs.put(e.getKey(), Input.of(e.getKey(), e.getValue().getAsJsonObject())));
    return inputs;
  }

  /** One input that is a section of its own, such as {@code images}. */
  public Input input(String section) {
    return Input.of(section, description.getAsJsonObject(section));
  }
}
