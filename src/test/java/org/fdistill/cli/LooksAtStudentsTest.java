package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.data.Examples;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands that look at a run say of each of its students. */
@Tag("slow")
class LooksAtStudentsTest {
  /** Masked, with a decoder behind each student. */
  private static final String CONFIG =
      """
      name: "two"
      distill {
        teacher { path: "savedmodels/tiny-teacher" }
        mask { ratio: 0.5 }
        aligned: ALL
        decoder { width: 8 depth: 1 heads: 2 }
        student {
          name: "small"
          model { vit { image_size: 48 patch_size: 8 width: 12 depth: 1 heads: 2 } }
        }
      }
      model { vit { image_size: 48 patch_size: 8 width: 16 depth: 2 heads: 2 } }
      train_data { noise { examples: 64 classes: 4 } batch_size: 8 augment {} }
      validation_data { noise { examples: 64 classes: 4 } batch_size: 8 }
      schedule { length { steps: 3 } learning_rate: 1e-2 scale_by_batch: 0 }
      log { report: false }
      """;

  @TempDir static Path root;

  private static Path run;

  @BeforeAll
  static void train() {
    run = root.resolve("run");
    String config = TinyConfigs.write(root.resolve("two.txtpb"), CONFIG);
    CommandRun.done("train", config, "--workdir", run.toString());
  }

  private static JsonObject evaluated(Path what, String... more) throws IOException {
    Path file = Files.createTempFile(root, "values", ".json");
    List<String> words = new ArrayList<>(List.of("evaluate", what.toString(), "--knn"));
    words.addAll(List.of("--no-teacher", "--k", "5,20", "--json", file.toString()));
    words.addAll(List.of(more));
    CommandRun.done(words.toArray(String[]::new));
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  /** Weights are those of the student's export, random ones those that both began with. */
  @Test
  void evaluateComparesEveryStudent() throws IOException {
    JsonObject both = evaluated(run, "--untrained");
    JsonObject first = evaluated(run.resolve("export"), "--untrained");
    JsonObject small = evaluated(run.resolve("export/small"), "--untrained");
    for (String k : List.of("_knn_top1_k20", "_knn_top1_k5")) {
      assertThat(both.get("student" + k)).isEqualTo(first.get("student" + k));
      assertThat(both.get("small" + k)).isEqualTo(small.get("student" + k));
      assertThat(both.get("untrained" + k)).isEqualTo(first.get("untrained" + k));
      assertThat(both.get("untrained_small" + k)).isEqualTo(small.get("untrained" + k));
    }
    assertThat(both.get("small_knn_top1_k20"))
        .isNotEqualTo(both.get("untrained_small_knn_top1_k20"));
    double ratio = both.get("validation_small_loss").getAsDouble();
    ratio /= both.get("validation_small_predict_zero_loss").getAsDouble();
    assertThat(both.get("small_loss_over_predict_zero").getAsDouble()).isEqualTo(ratio);
    assertThat(both.keySet()).contains("student_loss_over_predict_zero");
  }

  @Test
  void evaluateTakesOneStudentByItsName() throws IOException {
    JsonObject small = evaluated(run, "--student", "small", "--checkpoint", "best");
    assertThat(small.keySet()).contains("small_knn_top1_k5").doesNotContain("student_knn_top1_k5");
    String folder = run.toString();
    CommandRun.fails(
        2,
        List.of("no student of this run is called big", "Its students: student, small."),
        "evaluate",
        folder,
        "--student=big");
    CommandRun.fails(
        2, List.of("holds one network"), "evaluate", folder + "/export", "--student=small");
  }

  @Test
  void eachHasADecoderOfItsOwnThatIsNotExported() {
    assertThat(variables(run.resolve("checkpoints/step-3/variables")))
        .contains("decoder/mask_token", "small/decoder/mask_token");
    assertThat(variables(run.resolve("export/small/1/variables/variables")))
        .isNotEmpty()
        .noneMatch(name -> name.contains("decoder"));
  }

  private static Set<String> variables(Path prefix) {
    try (BundleReader reader = new BundleReader(prefix)) {
      return Set.copyOf(reader.shapes().keySet());
    }
  }

  /** Up to the order in which TensorFlow multiplies: two graphs of the same network. */
  @Test
  void diagnoseShowsEveryStudent() throws IOException {
    Path images = root.resolve("images");
    Examples.flatFolder(images, 6);
    Path out = root.resolve("looks");
    CommandRun.done(
        "diagnose",
        "--model=both=" + run,
        "--model=export=" + run.resolve("export/small"),
        "--data=" + images,
        "--out=" + out,
        "--measures=feature_rank");
    JsonObject results =
        JsonParser.parseString(Files.readString(out.resolve("diagnostics.json"))).getAsJsonObject();
    List<JsonElement> models = results.getAsJsonArray("models").asList();
    assertThat(models.stream().map(LooksAtStudentsTest::label))
        .containsExactly("both student", "both small", "export");
    assertThat(rank(models.get(1)))
        .containsExactly(rank(models.get(2)), Assertions.within(1e-4))
        .isNotEqualTo(rank(models.get(0)));
  }

  private static String label(JsonElement model) {
    return model.getAsJsonObject().get("label").getAsString();
  }

  private static double[] rank(JsonElement model) {
    JsonObject measures = model.getAsJsonObject().getAsJsonObject("measures");
    return measures.getAsJsonObject("feature_rank").getAsJsonArray("effective").asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }
}
