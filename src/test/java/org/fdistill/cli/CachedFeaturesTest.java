package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.data.Examples;
import org.fdistill.files.Folders;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.fdistill.train.ProgramGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.NodeDef;

/**
 * Runs that read the features of their teachers from the disk. In batches of one image a teacher's
 * sums do not depend on the place of an image in its batch, so that runs can be compared bit for
 * bit.
 */
@Tag("slow")
class CachedFeaturesTest {
  private static final int STEPS = 30;
  private static final int IMAGES = 12;
  private static final int BAD = 3;

  private static final String CONFIG =
      """
      name: "cached"
      distill {
        %2$s
        cache { views: 2 precision: FLOAT32 }
      }
      model { vit { image_size: 48 patch_size: 8 width: 16 depth: 2 heads: 2 } drop_path: 0.2 }
      train_data { image_folder { path: "%1$s/train" } batch_size: 1 augment {} max_bad_share: 0.5 }
      validation_data { image_folder { path: "%1$s/validation" } batch_size: 1 }
      schedule {
        length { steps: 30 }
        learning_rate: 1e-3
        scale_by_batch: 0
      }
      checkpoint { every_steps: 10 }
      log { every_steps: 1 tensorboard: false report: false }
      export { at_end: false }
      """;

  @TempDir Path root;
  private String teachers = "teacher { path: \"savedmodels/tiny-teacher\" }";

  @BeforeEach
  void makeImages() throws IOException {
    Examples.flatFolder(root.resolve("train"), IMAGES);
    Files.write(root.resolve("train/%03d.jpg".formatted(BAD)), new byte[] {1, 2, 3});
    Examples.flatFolder(root.resolve("validation"), 5);
  }

  private String config() {
    return TinyConfigs.write(root.resolve("run.txtpb"), CONFIG.formatted(root, teachers));
  }

  private String[] words(String command, String folder, String... settings) {
    List<String> words = new ArrayList<>(List.of(command, config()));
    if (!folder.isEmpty()) {
      words.addAll(List.of("--workdir", root.resolve(folder).toString()));
    }
    for (String setting : settings) {
      words.addAll(List.of("--set", setting));
    }
    return words.toArray(String[]::new);
  }

  private Path train(String folder, String... settings) {
    CommandRun.done(words("train", folder, settings));
    return root.resolve(folder);
  }

  private String cacheAt(String name) {
    return "distill.cache.path=" + root.resolve(name);
  }

  private static void requireSameRun(Path actual, Path expected) throws IOException {
    String variables = "checkpoints/step-" + STEPS + "/variables.data-00000-of-00001";
    assertThat(Files.mismatch(actual.resolve(variables), expected.resolve(variables)))
        .isEqualTo(-1);
    assertThat(logged(actual)).isEqualTo(logged(expected)).hasSizeGreaterThan(STEPS);
  }

  /** What is logged of each step and validation, without times. */
  private static List<Map<String, String>> logged(Path run) throws IOException {
    List<Map<String, String>> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      Map<String, String> values = new TreeMap<>();
      json.keySet().stream()
          .filter(name -> name.contains("loss") || name.equals("step") || name.equals("examples"))
          .forEach(name -> values.put(name, json.get(name).toString()));
      lines.add(values);
    }
    return lines;
  }

  @Test
  void aCachedRunEqualsOneWhoseTeacherSeesTheSameViews() throws IOException {
    Path uncached = train("uncached");
    Path cached = train("cached", cacheAt("features"));
    requireSameRun(cached, uncached);
    // Evaluation has the teacher's features of whatever images it is given.
    String others = Examples.flatFolder(root.resolve("others"), 7).toString();
    assertThat(evaluated(cached, others)).isEqualTo(evaluated(uncached, others)).isNotEmpty();
    assertThat(Files.readString(cached.resolve("unreadable-training-images.txt")))
        .contains("%03d.jpg: ".formatted(BAD));
    assertThat(Files.readString(root.resolve("features/tiny-teacher/train/unreadable-images.txt")))
        .contains("%03d.jpg: ".formatted(BAD));
  }

  private static List<String> evaluated(Path run, String images) {
    String out = CommandRun.done("evaluate", run.toString(), "--data", images).out();
    return out.lines().filter(line -> line.contains("loss")).toList();
  }

  @Test
  void anotherRunReadsTheSameFilesAndAStoppedOneGoesOn() throws IOException {
    CommandRun written = CommandRun.done(words("cache", "", cacheAt("features")));
    assertThat(written.out()).containsPattern("tiny-teacher, train +2 +24 +0.000 +1");
    assertThat(written.err()).contains("2 views of images that cannot be read are left out");
    Path index = root.resolve("features/tiny-teacher/train/index.jsonl");
    assertThat(CommandRun.done("inspect", index.getParent().toString()).out())
        .containsPattern("files that are whole +1 of 1")
        .containsPattern("views in them +22")
        .containsPattern("views left out, of unreadable images +2")
        .contains("min_scale: 0.08");
    FileTime time = Files.getLastModifiedTime(index);
    Path straight = train("straight", cacheAt("features"), "seed=4");
    Path resumed = train("resumed", cacheAt("features"), "seed=4");
    for (Path file :
        List.of(resumed.resolve("summary.json"), resumed.resolve("checkpoints/step-30"))) {
      Folders.delete(file);
    }
    train("resumed", cacheAt("features"), "seed=4");
    requireSameRun(resumed, straight);
    assertThat(Files.getLastModifiedTime(index)).isEqualTo(time);
  }

  @Test
  void twoTeachersHaveACacheEach() throws IOException {
    String two = "teacher { path: \"savedmodels/tiny-teacher\" name: \"%s\" }";
    teachers = two.formatted("a") + " " + two.formatted("b");
    Path uncached = train("uncached");
    Path cached = train("cached", cacheAt("features"));
    requireSameRun(cached, uncached);
    assertThat(root.resolve("features/a/train/index.jsonl")).exists();
    assertThat(root.resolve("features/b/validation/index.jsonl")).exists();
  }

  @Test
  void statisticsOfTheTargetsAreThoseOfTheSameViews() throws IOException {
    String phi = "distill.target_normalization=PHI_S";
    String images = "distill.statistics_images=9";
    Path uncached = train("uncached", phi, images);
    Path cached = train("cached", phi, images, cacheAt("features"));
    requireSameRun(cached, uncached);
  }

  @Test
  void theTeacherIsNotInTheGraph() {
    CommandRun.done(words("cache", "", cacheAt("features")));
    RunConfig run = Tasks.load(Path.of(config()), List.of(cacheAt("features")));
    Task task = Tasks.of(run);
    task.open();
    List<NodeDef> nodes = ProgramGraph.of(run, task).definition().getNodeList();
    assertThat(nodes.stream().filter(node -> node.getName().startsWith("teacher/"))).isEmpty();
    assertThat(nodes.stream().filter(node -> node.getName().contains("teacher_features_0")))
        .isNotEmpty();
  }

  @Test
  void aChangedByteEndsTheRunThatReadsIt() throws IOException {
    CommandRun.done(words("cache", "", cacheAt("features")));
    Path file = root.resolve("features/tiny-teacher/train/features-00000-of-00001.tfrecord");
    byte[] bytes = Files.readAllBytes(file);
    byte[] changed = bytes.clone();
    changed[bytes.length / 2 + 1000] ^= 1;
    Files.write(file, changed);
    CommandRun.fails(
        3,
        List.of(file.toString(), "are damaged", "Delete this file", "fdistill cache CONFIG"),
        words("train", "run", cacheAt("features")));
    List<String> verify = new ArrayList<>(List.of(words("cache", "", cacheAt("features"))));
    verify.add("--verify");
    CommandRun mended = CommandRun.done(verify.toArray(String[]::new));
    String whole = file.getParent() + ": every file is as it was written.";
    assertThat(mended.err()).contains(file + ": it is not as it was written").doesNotContain(whole);
    assertThat(CommandRun.done(verify.toArray(String[]::new)).err()).contains(whole);
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    train("run", cacheAt("features"));
  }

  @Test
  void anotherRecipeIsRefusedWithWhatDiffers() {
    CommandRun.done(words("cache", "", cacheAt("features")));
    CommandRun.fails(
        2,
        List.of(
            "other features than the run learns (cache -> run)",
            "views_of.augment.min_scale: 0.08 -> 0.5",
            "views: 2 -> 3",
            "Name another folder"),
        words(
            "train",
            "run",
            cacheAt("features"),
            "train_data.augment.min_scale=0.5",
            "distill.cache.views=3"));
    CommandRun.fails(
        2,
        List.of("distill.cache", "color_jitter"),
        words("train", "run", cacheAt("features"), "train_data.augment.color_jitter={hue:0.1}"));
  }

  @Test
  void aTeacherKeepsNoFeatures() {
    Path inside = Path.of("savedmodels/tiny-teacher/features");
    CommandRun.fails(
        2,
        List.of("savedmodels/tiny-teacher is a SavedModel", "Take another distill.cache.path"),
        words("cache", "", "distill.cache.path=" + inside));
    assertThat(inside).doesNotExist();
  }
}
