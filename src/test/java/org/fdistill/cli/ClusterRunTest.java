package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.files.Folders;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several processes that train one network, each a JVM of its own. */
@Tag("slow")
class ClusterRunTest {
  /**
   * Sums of a batch in another order: float32 has 2^-24 an addition, of which a step of these
   * networks has some hundred in a row, and 20 steps add up what they differ by. Weights are
   * compared as one vector.
   */
  private static final double ROUNDING = 1e-6;

  /**
   * Of a variable by itself, whose gradient may be a hundredth of the terms that it is a sum of.
   */
  private static final double CANCELLED = 1e-4;

  /**
   * A kernel adds up 8,192 numbers of a map one by one: errors of 2^-24, in a random walk, are
   * 5e-6.
   */
  private static final double STATISTICS = 1e-5;

  /** All but Adam's moments and the running statistics. */
  private static final String TRAINED = "(?!.*/(adam_[mv]|mean|variance)$).*";

  private static final String MIXED =
      "optimizer.accumulation=2 model.drop_path=0.3 train_data.augment.mixup="
          + " train_data.augment.rand_augment= train_data.augment.random_erasing.probability=0.5";

  /** Two students, two teachers, and everything of theirs that is drawn, averaged or learnt. */
  private static final String STUDENTS =
      """
      name: "students"
      seed: 5
      distill {
        teacher { path: "savedmodels/tiny-teacher" name: "a" target_normalization: PHI_S }
        teacher { path: "savedmodels/tiny-teacher" name: "b" target_normalization: STANDARDISE }
        combination: LEARNED
        drop_teacher: 0.3
        statistics_images: 40
        statistics_decay: 0.9
        mask { ratio: 0.5 }
        student_image { color_jitter { brightness: 0.4 } grey_probability: 0.2 }
        student {
          name: "small"
          model { vit { image_size: 48 patch_size: 8 width: 24 depth: 3 heads: 2 } drop_path: 0.3 }
        }
      }
      model { vit { image_size: 48 patch_size: 8 width: 32 depth: 2 heads: 2 } drop_path: 0.2 }
      train_data { noise { examples: 64 } batch_size: 8 augment {} }
      validation_data { noise { examples: 6 } batch_size: 4 }
      optimizer { clip_norm: 0.05 accumulation: 2 ema_decay: 0.9 }
      schedule { length { steps: 20 } warmup { steps: 1 } learning_rate: 1e-3 scale_by_batch: 0 }
      """;

  @TempDir Path root;

  @ParameterizedTest
  @CsvSource({
    "classify, 2, " + MIXED,
    "classify, 4, optimizer.ema_decay=0.9 " + MIXED,
    "distill,  2, model.drop_path=0.3",
  })
  void severalProcessesTrainAsOne(String task, int workers, String set) throws Exception {
    String[] sets = (set + " schedule.warmup.steps=1").split(" ");
    Path one = train(task, "one", 1, sets);
    Path several = train(task, "several", workers, sets);
    requireEqual(one, several);
    assertThat(logged(several, "data_wait_share")).hasSize(19).allMatch(s -> s >= 0 && s <= 1);
    Path again = train(task, "again", workers, sets);
    assertThat(weights(again)).usingRecursiveComparison().isEqualTo(weights(several));
  }

  /**
   * A segmenter's loss has kinks (ReLU, pooling) where rounding decides which way a gradient goes,
   * and Adam makes whole steps of gradients that are rounding alone, such as that of a bias before
   * a batch norm: one worker whose weights start one bit off ends as far away as two workers do. So
   * rates are small here, and Adam's epsilon is above rounding.
   */
  @Test
  void segmentersShareTheirStatistics() throws Exception {
    String[] sets = {
      "schedule.warmup.steps=1",
      "schedule.learning_rate=3e-5",
      "optimizer.adamw.epsilon=1e-3",
      "segment.loss_mean=LABELLED_PIXELS"
    };
    Path one = train("segment", "one", 1, sets);
    Path several = train("segment", "several", 2, sets);
    requireSameLosses(one, several);
    assertThat(distance(values(one, TRAINED), values(several, TRAINED))).isLessThan(ROUNDING);
    for (String part : List.of(".*/mean", ".*/variance")) {
      assertThat(distance(values(one, part), values(several, part))).isLessThan(STATISTICS);
    }
    assertThat(distance(values(one, ".*/adam_m"), values(several, ".*/adam_m"))).isLessThan(0.01);
    assertThat(ofClasses(several, "pixels")).isEqualTo(ofClasses(one, "pixels"));
    // A pixel may have two classes that are as likely but for rounding.
    for (int i = 0; i < 4; i++) {
      assertThat(ofClasses(several, "accuracy").get(i))
          .isCloseTo(ofClasses(one, "accuracy").get(i), within(1e-3));
    }
    Path again = train("segment", "again", 2, sets);
    assertThat(weights(again)).usingRecursiveComparison().isEqualTo(weights(several));
  }

  /** Both workers find that no features are kept yet: one writes them, and the other waits. */
  @Test
  void severalStudentsOfCachedTeachersTrainAsOnesDo() throws Exception {
    requireEqual(train(cached("one"), "one", 1), train(cached("two"), "two", 2));
  }

  private String cached(String name) throws IOException {
    String cache = "cache { path: \"%s\" views: 2 precision: FLOAT32 } student_image";
    return Files.writeString(
            root.resolve(name + ".txtpb"),
            STUDENTS.replace("student_image", cache.formatted(root.resolve(name + "-features"))))
        .toString();
  }

  private static void requireEqual(Path one, Path several) throws IOException {
    requireSameLosses(one, several);
    Map<String, float[]> expected = weights(one);
    Map<String, float[]> actual = weights(several);
    assertThat(distance(expected, actual)).isBetween(1e-12, ROUNDING);
    expected.forEach(
        (name, values) ->
            assertThat(distance(Map.of(name, values), Map.of(name, actual.get(name))))
                .as(name)
                .isLessThan(CANCELLED));
  }

  /** Of every step, and of the validation at the end. */
  private static void requireSameLosses(Path one, Path several) throws IOException {
    List<Double> expected = losses(one);
    List<Double> actual = losses(several);
    assertThat(actual).hasSameSizeAs(expected).hasSizeGreaterThanOrEqualTo(20);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).isCloseTo(expected.get(i), within(ROUNDING * expected.get(i)));
    }
  }

  @Test
  void aRunGoesOnWithAnotherNumberOfWorkers() throws Exception {
    Path one = train("classify", "one", 1, "checkpoint.every_steps=10");
    Path several = train("classify", "several", 2, "checkpoint.every_steps=10");
    Folders.delete(several.resolve("checkpoints/step-20"));
    Files.delete(several.resolve("summary.json"));
    train("classify", "several", 4, "checkpoint.every_steps=10");
    assertThat(Files.readString(several.resolve("run.log"))).contains("Going on from");
    assertThat(distance(weights(one), weights(several))).isLessThan(ROUNDING);
  }

  @Test
  void unreadableImagesOfOneWorkerLeaveTheOthersWhereTheyAre() throws Exception {
    Path images = Files.createDirectories(root.resolve("images/a"));
    Path others = Files.createDirectories(root.resolve("images/b"));
    for (int i = 0; i < 32; i++) {
      picture(images.resolve(i + ".png"), i);
      picture(others.resolve(i + ".png"), 100 + i);
    }
    Files.writeString(images.resolve("3.png"), "not an image");
    String[] sets = {
      "train_data.noise=",
      "train_data.image_folder.path=" + root.resolve("images"),
      "classify.classes=2",
      "validation_data=",
      "checkpoint.every_steps=10",
      "train_data.max_bad_share=0.5"
    };
    Path straight = train("classify", "straight", 2, sets);
    Path resumed = train("classify", "resumed", 2, sets);
    Folders.delete(resumed.resolve("checkpoints/step-20"));
    Files.delete(resumed.resolve("summary.json"));
    train("classify", "resumed", 2, sets);
    assertThat(weights(resumed)).usingRecursiveComparison().isEqualTo(weights(straight));
    assertThat(straight.resolve("checkpoints/step-10/worker-positions.json")).exists();
  }

  private static void picture(Path file, int seed) throws IOException {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(seed);
    for (int i = 0; i < 32 * 32; i++) {
      image.setRGB(i % 32, i / 32, random.nextInt(1 << 24));
    }
    ImageIO.write(image, "png", file.toFile());
  }

  private Path train(String task, String name, int workers, String... sets) throws Exception {
    Path folder = root.resolve(name);
    List<String> words = WorkerProcesses.words(task, folder.toString(), workers, sets);
    CommandRun run = CommandRun.of(words.toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    return folder;
  }

  private static List<Double> losses(Path run) throws IOException {
    return logged(run, "(?:validation_)?loss");
  }

  /** Of the lines of the log. */
  private static List<Double> logged(Path run, String name) throws IOException {
    return Pattern.compile("\"" + name + "\":([^,}]*)")
        .matcher(Files.readString(run.resolve("metrics.jsonl")))
        .results()
        .map(found -> Double.valueOf(found.group(1)))
        .toList();
  }

  private static List<Double> ofClasses(Path run, String column) throws IOException {
    JsonObject table =
        JsonParser.parseString(Files.readString(run.resolve("validation-classes.json")))
            .getAsJsonObject();
    return table.getAsJsonArray("classes").asList().stream()
        .map(row -> row.getAsJsonObject().get(column).getAsDouble())
        .toList();
  }

  private static Map<String, float[]> weights(Path run) {
    return values(run, "(?!.*/adam_[mv]$).*");
  }

  /** Variables after the last step, of some names. */
  private static Map<String, float[]> values(Path run, String names) {
    Map<String, float[]> values = new TreeMap<>();
    try (BundleReader reader = new BundleReader(run.resolve("checkpoints/step-20/variables"))) {
      for (String name : reader.shapes().keySet()) {
        if (name.matches(names)) {
          values.put(name, reader.read(name));
        }
      }
    }
    return values;
  }

  /** Of all weights as one vector, relative to its length. */
  private static double distance(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    double squares = 0;
    double length = 0;
    for (Map.Entry<String, float[]> weight : expected.entrySet()) {
      float[] other = actual.get(weight.getKey());
      for (int i = 0; i < other.length; i++) {
        squares += Math.pow((double) other[i] - weight.getValue()[i], 2);
        length += Math.pow(weight.getValue()[i], 2);
      }
    }
    return Math.sqrt(squares / length);
  }
}
