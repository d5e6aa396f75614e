package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.checkpoint.BundleReader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Averages of the weights, and what sees them: validation, export, other runs. */
class WeightAveragesTest {
  private static final float DECAY = 0.75f;

  @TempDir static Path root;

  private static Path run;

  @BeforeAll
  static void train() {
    run = train("run", "checkpoint.every_steps=1", "checkpoint.keep_last=5");
  }

  private static Path train(String name, String... settings) {
    Path folder = root.resolve(name);
    List<String> words = new ArrayList<>(List.of("train", TinyConfigs.classify(root)));
    words.addAll(List.of("--workdir", folder.toString(), "--set", "schedule.learning_rate=0.05"));
    words.addAll(List.of("--set", "optimizer.ema_decay=" + DECAY));
    words.addAll(List.of("--set", "validation_data.normalization.mean=0.2,0.3,0.4"));
    for (String setting : settings) {
      words.addAll(List.of("--set", setting));
    }
    CommandRun.done(words.toArray(String[]::new));
    return folder;
  }

  private static float[] read(Path run, int step, String name) {
    try (BundleReader reader =
        new BundleReader(run.resolve("checkpoints/step-" + step + "/variables"))) {
      return reader.read(name);
    }
  }

  /** Under the name of a weight stands its average; the weight itself has a name of its own. */
  @Test
  void anAverageMovesTowardsTheWeightAfterTheStep() {
    for (String name : List.of("head/kernel", "student/blocks/00/mlp/fc1/kernel")) {
      float[] before = read(run, 1, name);
      float[] after = read(run, 2, name);
      float[] weight = read(run, 2, name + "/current");
      for (int i = 0; i < after.length; i++) {
        double expected = DECAY * (double) before[i] + (1 - DECAY) * (double) weight[i];
        // Roundings of values below 1.
        assertThat((double) after[i])
            .isCloseTo(expected, org.assertj.core.api.Assertions.within(2e-7));
      }
      assertThat(after).isNotEqualTo(weight);
    }
  }

  /** By other ways than training's: from the checkpoint, and from the export. */
  @Test
  void whatIsValidatedIsWhatIsExported() throws IOException {
    JsonObject summary = json(run.resolve("summary.json"));
    for (Path evaluated : List.of(run, run.resolve("export"))) {
      Path values = root.resolve("values.json");
      CommandRun.done("evaluate", evaluated.toString(), "--json", values.toString());
      assertThat(json(values).get("validation_loss")).isEqualTo(summary.get("validation_loss"));
    }
    Path plain = root.resolve("values.json");
    CommandRun.done(
        "evaluate",
        run.toString(),
        "--json",
        plain.toString(),
        "--set",
        "validation_data.normalization.mean=0.485,0.456,0.406");
    assertThat(json(plain).get("validation_loss")).isNotEqualTo(summary.get("validation_loss"));
  }

  @Test
  void theWeightsAndNotTheirAveragesWouldValidateOtherwise() throws IOException {
    JsonObject averaged = json(run.resolve("summary.json"));
    JsonObject plain =
        json(
            train("plain", "optimizer.ema_decay=0", "export.at_end=false").resolve("summary.json"));
    assertThat(read(root.resolve("plain"), 2, "head/kernel"))
        .isEqualTo(read(run, 2, "head/kernel/current"));
    assertThat(plain.get("validation_loss")).isNotEqualTo(averaged.get("validation_loss"));
  }

  /** Both the weights and their averages start from what other weights give. */
  @Test
  void anotherRunStartsFromTheAverages() {
    String still = "schedule={ length { steps: 1 } learning_rate: 1e-30 min_learning_rate: 0 }";
    Path next =
        train("next", still, "model.init_from=" + run.resolve("export"), "export.at_end=false");
    for (String name : List.of("head/kernel", "student/blocks/00/mlp/fc1/kernel")) {
      assertThat(read(next, 1, name)).isEqualTo(read(run, 2, name));
      assertThat(read(next, 1, name + "/current")).isEqualTo(read(run, 2, name));
    }
  }

  private static JsonObject json(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }
}
