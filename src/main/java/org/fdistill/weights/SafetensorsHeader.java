package org.fdistill.weights;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the JSON of a safetensors file says. */
final class SafetensorsHeader {
  private static final String METADATA = "__metadata__";

  /** A tensor: where it lies in the data, and what it should be. */
  static final class Entry {
    private final String name;
    private String type;
    private long[] shape;
    private long[] offsets;

    private Entry(String name) {
      this.name = name;
    }

    String name() {
      return name;
    }

    String type() {
      return type;
    }

    long[] shape() {
      return shape;
    }

    long begin() {
      return offsets[0];
    }

    long end() {
      return offsets[1];
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafetensorsHeader() {}

  /**
   * Parses a header.
   *
   * @throws IOException where it is not JSON
   * @throws IllegalStateException where it is other JSON
   * @throws IllegalArgumentException where a key is missing, unknown or there twice
   */
  static SafetensorsHeader parse(String json) throws IOException {
    SafetensorsHeader header = new SafetensorsHeader();
    try (JsonReader in = new JsonReader(new StringReader(json))) {
      in.setStrictness(Strictness.STRICT);
      header.read(in);
      if (in.peek() != JsonToken.END_DOCUMENT) {
        throw new IllegalArgumentException("text follows its last brace");
      }
    }
    return header;
  }

  List<Entry> entries() {
    return entries;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void read(JsonReader in) throws IOException {
    Set<String> names = new HashSet<>();
    in.beginObject();
    while (in.hasNext()) {
      String name = in.nextName();
      if (!names.add(name)) {
        throw new IllegalArgumentException("key " + name + " is there twice");
      }
      if (name.equals(METADATA)) {
        readMetadata(in);
      } else {
        entries.add(entry(in, name));
      }
    }
    in.endObject();
  }

  private void readMetadata(JsonReader in) throws IOException {
    in.beginObject();
    while (in.hasNext()) {
      String key = in.nextName();
      if (metadata.put(key, in.nextString()) != null) {
        throw new IllegalArgumentException("key " + key + " of " + METADATA + " is there twice");
      }
    }
    in.endObject();
  }

  private static Entry entry(JsonReader in, String name) throws IOException {
    Entry entry = new Entry(name);
    in.beginObject();
    while (in.hasNext()) {
      String key = in.nextName();
      switch (key) {
        case "dtype" -> entry.type = once(name, key, entry.type, in.nextString());
        case "shape" -> entry.shape = once(name, key, entry.shape, longs(in));
        case "data_offsets" -> entry.offsets = once(name, key, entry.offsets, longs(in));
        default ->
            throw new IllegalArgumentException("tensor %s has a key %s".formatted(name, key));
      }
    }
    in.endObject();
    if (entry.type == null || entry.shape == null || entry.offsets == null) {
      throw new IllegalArgumentException(
          "tensor %s lacks one of dtype, shape, data_offsets".formatted(name));
    }
    if (entry.offsets.length != 2) {
      throw new IllegalArgumentException("tensor %s has not two data_offsets".formatted(name));
    }
    return entry;
  }

  private static <T> T once(String name, String key, T before, T value) {
    if (before != null) {
      throw new IllegalArgumentException("tensor %s has two %s".formatted(name, key));
    }
    return value;
  }

  private static long[] longs(JsonReader in) throws IOException {
    List<Long> values = new ArrayList<>();
    in.beginArray();
    while (in.hasNext()) {
      values.add(in.nextLong());
      if (values.size() > StridedLayout.MAX_RANK) {
        throw new IllegalArgumentException(
            "a list has more than %d numbers".formatted(StridedLayout.MAX_RANK));
      }
    }
    in.endArray();
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
