package org.fdistill.testing;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Writes safetensors files of float32. Values are made when they are written, one tensor at a time,
 * so that the file may be larger than memory.
 *
 * <pre>{@code
 * SafetensorsFile file = new SafetensorsFile();
 * file.add("norm.weight", () -> DeterministicValues.uniform("norm.weight", 768, 0, 1), 768);
 * file.write(path);
 * }</pre>
 */
public final class SafetensorsFile {
  private static final int CHUNK = 1 << 16;

  private record Entry(Supplier<float[]> values, List<Long> shape) {
    long bytes() {
      return shape.stream().reduce((long) Float.BYTES, Math::multiplyExact);
    }
  }

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * Adds a tensor.
   *
   * @param values called once, by {@link #write}; row-major
   */
  public void add(String name, Supplier<float[]> values, long... shape) {
    List<Long> sizes = new ArrayList<>();
    for (long size : shape) {
      sizes.add(size);
    }
    entries.put(name, new Entry(values, sizes));
  }

  /** Writes a new file. */
  public void write(Path file) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writeAll(out, header());
      ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK * Float.BYTES);
      for (Map.Entry<String, Entry> entry : entries.entrySet()) {
        float[] values = entry.getValue().values().get();
        if ((long) values.length * Float.BYTES != entry.getValue().bytes()) {
          throw new IllegalArgumentException(
              "%s: %d values for shape %s"
                  .formatted(entry.getKey(), values.length, entry.getValue().shape()));
        }
        writeFloats(out, chunk.order(ByteOrder.LITTLE_ENDIAN), values);
      }
    }
  }

  private ByteBuffer header() {
    JsonObject header = new JsonObject();
    long at = 0;
    for (Map.Entry<String, Entry> entry : entries.entrySet()) {
      JsonArray shape = new JsonArray();
      entry.getValue().shape().forEach(shape::add);
      JsonArray offsets = new JsonArray();
      offsets.add(at);
      at += entry.getValue().bytes();
      offsets.add(at);
      JsonObject tensor = new JsonObject();
      tensor.addProperty("dtype", "F32");
      tensor.add("shape", shape);
      tensor.add("data_offsets", offsets);
      header.add(entry.getKey(), tensor);
    }
    String text = header.toString();
    // Numbers start at a multiple of 8, as the format's own writer has it.
    byte[] json = (text + " ".repeat(-text.length() & 7)).getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + json.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .flip();
  }

  private static void writeFloats(FileChannel out, ByteBuffer chunk, float[] values)
      throws IOException {
    for (int done = 0; done < values.length; ) {
      int count = Math.min(CHUNK, values.length - done);
      chunk.clear().asFloatBuffer().put(values, done, count);
      writeAll(out, chunk.limit(count * Float.BYTES));
      done += count;
    }
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
