package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.testing.BundleFile;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.Tolerance;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/**
 * The runs of the goldens {@code steps/*}, by the command line: images, first weights and teacher
 * are files, settings those of {@code golden/steps/runs.json}, results what the run leaves.
 */
final class TenSteps {
  static final int EXAMPLES = 24;
  static final int VALIDATION_EXAMPLES = 10;

  /** It moves no float32 weight. */
  private static final String STILL =
      "{ length { steps: 1 } learning_rate: 1e-30 min_learning_rate: 0 }";

  private static final Set<String> TIMES = Set.of("images_per_second", "data_wait_share");

  /** Under it a model that divides by 255 takes its input as it is. */
  private static final Map<String, String> IDENTITY =
      Map.of(
          "train_data.normalization.mean", "0,0,0",
          "train_data.normalization.std", "0.003921568627,0.003921568627,0.003921568627");

  private final Path root;
  private final JsonObject runs;
  private final String config;

  /**
   * Writes images and config.
   *
   * @param root an empty folder
   */
  TenSteps(Path root) throws IOException {
    this.root = root;
    String text = Files.readString(Golden.resource("golden/steps/runs.json"));
    runs = JsonParser.parseString(text).getAsJsonObject();
    config = TinyConfigs.write(root.resolve("run.txtpb"), "name: \"ten-steps\"");
    writeImages("image", EXAMPLES);
    writeImages("validation", VALIDATION_EXAMPLES);
  }

  /** A setting of a run. */
  JsonElement setting(String task, String name) {
    JsonObject own = runs.getAsJsonObject(task);
    return own.has(name) ? own.get(name) : runs.getAsJsonObject("common").get(name);
  }

  /**
   * Trains.
   *
   * @param task that the golden's settings are of
   * @param more settings beside those of the golden, or in their place
   * @return the run's folder
   */
  Path train(String task, String folder, Map<String, ?> more) {
    Map<String, Object> settings = new LinkedHashMap<>(settings(task));
    settings.putAll(more);
    List<String> words = new ArrayList<>(List.of("train", config));
    words.addAll(List.of("--workdir", root.resolve(folder).toString()));
    settings.forEach((name, value) -> words.addAll(List.of("--set", name + "=" + value)));
    CommandRun.done(words.toArray(String[]::new));
    return root.resolve(folder);
  }

  /**
   * A run of one step that moves nothing: its checkpoint and export hold the first values. Nobody
   * reads its report.
   */
  Path trainNothing(String task, String folder, Map<String, ?> more) {
    Map<String, Object> settings = new LinkedHashMap<>(more);
    settings.put("schedule", STILL);
    settings.put("log.report", false);
    return train(task, folder, settings);
  }

  /** A run whose export is the classifier's network and takes input that is normalised already. */
  Path teacher() {
    return teacher("classify", "teacher");
  }

  /** The same of another classifier. */
  Path teacher(String task, String folder) {
    return trainNothing(task, folder, IDENTITY);
  }

  /** Puts the golden's first values in place of those of a run's export. */
  void setFirstValues(String task, Path run) {
    setValues(Golden.open("steps/" + task), "parameters", run);
  }

  /** Puts the values of a section of a golden in place of those of a run's export. */
  static void setValues(Golden golden, String section, Path run) {
    Map<String, NpyArray> values = new LinkedHashMap<>();
    golden
        .inputs(section)
        .forEach((name, input) -> values.put(name, NpyArray.of(input.values(), input.shape())));
    Path prefix = run.resolve("export/1/variables/variables");
    try (BundleReader exported = new BundleReader(prefix)) {
      if (!exported.shapes().keySet().equals(values.keySet())) {
        throw new AssertionError(exported.shapes().keySet() + " are not " + values.keySet());
      }
    }
    BundleFile.write(prefix, values);
  }

  /** Every variable of a checkpoint, its name after {@code STEP/parameter/} as in the golden. */
  static Map<String, float[]> variables(Path run, int step) {
    Map<String, float[]> values = new LinkedHashMap<>();
    try (BundleReader checkpoint =
        new BundleReader(run.resolve("checkpoints/step-" + step + "/variables"))) {
      for (String name : checkpoint.shapes().keySet()) {
        values.put(step + "/parameter/" + name, checkpoint.read(name));
      }
    }
    return values;
  }

  /** Of the log, the checkpoints of the first and the last step, and the export. */
  List<String> differences(String task, Path run) throws IOException {
    Golden golden = Golden.open("steps/" + task);
    Map<String, float[]> found = new LinkedHashMap<>(variables(run, 1));
    found.putAll(variables(run, 10));
    logged(run).forEach((key, value) -> found.put(key, new float[] {value.floatValue()}));
    List<String> wrong = new ArrayList<>();
    for (String signature : List.of("serving_default", "image_bytes")) {
      found.putAll(answers(run, signature));
      wrong.addAll(differences(golden, found));
    }
    return wrong;
  }

  private static List<String> differences(Golden golden, Map<String, float[]> found) {
    JsonObject float32Error = golden.description().getAsJsonObject("float32_error");
    List<String> wrong = new ArrayList<>();
    golden
        .arrays()
        .forEach(
            (key, expected) -> {
              double error = Tolerance.error(found.get(key), expected.doubles());
              double bound = Tolerance.bound(float32Error.get(key).getAsDouble());
              if (!(error <= bound)) {
                wrong.add(key + " is off by " + error + ", bound " + bound);
              }
            });
    return wrong;
  }

  /** A copy of a run of ten steps without its end, as if it had been killed after some of them. */
  static Path killedAfter(int steps, Path whole, Path copy) throws IOException {
    copy(whole, copy);
    Files.delete(copy.resolve("summary.json"));
    for (int step = steps + 1; step <= 10; step++) {
      delete(copy.resolve("checkpoints/step-" + step));
    }
    return copy;
  }

  /** Requires that two runs have left the same bits. */
  static void requireSame(Path found, Path expected) throws IOException {
    Map<String, float[]> theirs = variables(expected, 10);
    Map<String, float[]> own = variables(found, 10);
    assertThat(own.keySet()).isNotEmpty().isEqualTo(theirs.keySet());
    assertThat(own.keySet()).allMatch(v -> Arrays.equals(own.get(v), theirs.get(v)));
    assertThat(logged(found)).isEqualTo(logged(expected));
  }

  /** Copies a folder with all that it holds. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  /** Deletes a folder with all that it holds. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /**
   * The numbers of a run's log that do not measure time: {@code STEP/NAME}, and {@code
   * validation/NAME} of the last validation.
   */
  static Map<String, Double> logged(Path run) throws IOException {
    Map<String, Double> values = new LinkedHashMap<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonObject object = JsonParser.parseString(line).getAsJsonObject();
      object.entrySet().stream()
          .filter(e -> !TIMES.contains(e.getKey()))
          .forEach(
              e -> {
                String key = object.get("step").getAsLong() + "/" + e.getKey();
                boolean validation = e.getKey().startsWith("validation_");
                values.put(
                    validation ? e.getKey().replaceFirst("_", "/") : key,
                    e.getValue().getAsDouble());
              });
    }
    return values;
  }

  /**
   * What a run's export gives for the validation images, by the golden's names.
   *
   * @param signature serving_default for their pixels, image_bytes for their files
   */
  Map<String, float[]> answers(Path run, String signature) throws IOException {
    try (SavedModelBundle model = SavedModelBundle.load(run.resolve("export/1").toString());
        Tensor images = signature.equals("image_bytes") ? files() : pixels();
        Result result = model.function(signature).call(Map.of(inputOf(model, signature), images))) {
      Map<String, float[]> answers = new LinkedHashMap<>();
      for (Map.Entry<String, Tensor> output : result) {
        float[] values = new float[Math.toIntExact(output.getValue().shape().size())];
        output.getValue().asRawTensor().data().asFloats().read(values);
        answers.put("export/" + output.getKey(), values);
      }
      return answers;
    }
  }

  private static String inputOf(SavedModelBundle model, String signature) {
    return model.function(signature).signature().inputNames().iterator().next();
  }

  private Tensor pixels() {
    Shape shape = Shape.of(VALIDATION_EXAMPLES, side(), side(), 3);
    FloatBuffer pixels = FloatBuffer.allocate(Math.toIntExact(shape.size()));
    for (int i = 0; i < VALIDATION_EXAMPLES; i++) {
      Arrays.stream(pixelsOf("validation", i)).forEach(pixels::put);
    }
    return TFloat32.tensorOf(shape, DataBuffers.of(pixels.array()));
  }

  private Tensor files() throws IOException {
    byte[][] files = new byte[VALIDATION_EXAMPLES][];
    for (int i = 0; i < files.length; i++) {
      files[i] = Files.readAllBytes(image("validation", i, files.length));
    }
    return TString.tensorOfBytes(NdArrays.vectorOfObjects(files));
  }

  private Map<String, Object> settings(String task) {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (String part : List.of("common", task)) {
      runs.getAsJsonObject(part)
          .entrySet()
          .forEach(e -> settings.put(e.getKey(), text(e.getValue())));
    }
    settings.put("train_data.image_folder.path", root.resolve("image"));
    settings.put("validation_data.image_folder.path", root.resolve("validation"));
    settings.put("checkpoint.every_steps", 1);
    settings.put("checkpoint.keep_last", 10);
    return settings;
  }

  private static String text(JsonElement value) {
    return value instanceof JsonArray array
        ? StreamSupport.stream(array.spliterator(), false)
            .map(JsonElement::getAsString)
            .collect(Collectors.joining(","))
        : value.getAsString();
  }

  /** As many of each class, in the order of the classes. */
  private void writeImages(String name, int count) throws IOException {
    int side = side();
    for (int i = 0; i < count; i++) {
      int[] values = pixelsOf(name, i);
      BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < side * side; p++) {
        int rgb = values[3 * p] << 16 | values[3 * p + 1] << 8 | values[3 * p + 2];
        image.setRGB(p % side, p / side, rgb);
      }
      Path file = image(name, i, count);
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    }
  }

  private Path image(String name, int number, int count) {
    int label = number * setting("classify", "classify.classes").getAsInt() / count;
    String file = String.format(Locale.ROOT, "class-%d/%03d.png", label, number);
    return root.resolve(name).resolve(file);
  }

  /** [S, S, 3], row by row. */
  private int[] pixelsOf(String name, int number) {
    return DeterministicValues.integers(name + "/" + number, side() * side() * 3, 256);
  }

  /** S. */
  private int side() {
    return setting("common", "model.vit.image_size").getAsInt();
  }
}
