package org.fdistill.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.fdistill.data.ExampleSource;
import org.fdistill.files.WholeFile;
import org.fdistill.train.Json;

/**
 * Images that a run keeps for its report, in {@code samples/}: files that any program shows, and a
 * list of them.
 */
final class SampleImages {
  /** Below a run's folder. */
  static final Path FOLDER = Path.of("samples");

  /** The list of training's. */
  static final String TRAINING = "training.json";

  static final String IMAGES = "images";
  static final String CLASSES = "classes";

  private final Path folder;
  private final List<String> names;

  /**
   * Of one run.
   *
   * @param run its folder
   * @param names of the classes
   */
  SampleImages(Path run, List<String> names) {
    this.folder = run.resolve(FOLDER);
    this.names = names;
  }

  /** Whether a run has such a list already. */
  static boolean has(Path run, String list) {
    return Files.isRegularFile(run.resolve(FOLDER).resolve(list));
  }

  /** Writes training's images, and last their list. */
  void write(SampleGraph.Samples samples, ExampleSource source) throws IOException {
    Files.createDirectories(folder);
    int pixels = samples.side() * samples.side();
    JsonArray list = new JsonArray();
    Set<Integer> seen = new TreeSet<>();
    for (int i = 0; i < samples.pixels().length / (3 * pixels); i++) {
      JsonObject entry = new JsonObject();
      entry.addProperty("name", source.name(samples.examples()[i]));
      if (samples.labels() != null && samples.labels()[i] >= 0) {
        entry.addProperty("class", className((int) samples.labels()[i]));
      }
      String file = "training-" + (i + 1);
      entry.addProperty("image", write(file, samples.pixels(), i, samples.side()));
      if (samples.student() != null) {
        entry.addProperty(
            "student", write(file + "-student", samples.student(), i, samples.side()));
      }
      if (samples.classes() != null) {
        byte[] mask = Arrays.copyOfRange(samples.classes(), pixels * i, pixels * (i + 1));
        entry.addProperty(
            "truth", writeClasses(file + "-truth", mask, samples.side(), samples.side(), seen));
      }
      list.add(entry);
    }
    writeList(TRAINING, Map.of(IMAGES, list, CLASSES, key(seen)));
  }

  private String write(String file, byte[] all, int i, int side) throws IOException {
    int bytes = 3 * side * side;
    byte[] rgb = Arrays.copyOfRange(all, bytes * i, bytes * (i + 1));
    return Picture.write(folder, file, rgb, side, side);
  }

  /** Writes a map of classes and notes which it has. */
  String writeClasses(String file, byte[] mask, int height, int width, Set<Integer> seen)
      throws IOException {
    for (byte number : mask) {
      seen.add(number & 0xff);
    }
    return Picture.writeClasses(folder, file, mask, height, width);
  }

  Path folder() {
    return folder;
  }

  /** Sorted, so that a run leaves the same file each time. */
  void writeList(String file, Map<String, ?> entries) throws IOException {
    WholeFile.write(folder.resolve(file), Json.text(new TreeMap<>(entries)));
  }

  /** The classes of the maps, with their numbers, which tell their colours. */
  JsonArray key(Set<Integer> seen) {
    JsonArray key = new JsonArray();
    for (int number : seen) {
      JsonObject entry = new JsonObject();
      entry.addProperty("number", number);
      entry.addProperty("name", number == 255 ? "no class" : className(number));
      key.add(entry);
    }
    return key;
  }

  private String className(int number) {
    return number < names.size() ? names.get(number) : "class " + number;
  }
}
