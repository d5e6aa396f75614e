package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.data.Examples;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
  @TempDir static Path root;

  private static Path run;

  @BeforeAll
  static void train() {
    run = root.resolve("run");
    CommandRun.done("train", TinyConfigs.classify(root), "--workdir", run.toString());
  }

  @Test
  void aCheckpointHasTheValuesOfItsTraining() throws IOException {
    Path json = root.resolve("values.json");
    CommandRun result = CommandRun.done("evaluate", run.toString(), "--json", json.toString());
    JsonObject values = read(json);
    JsonObject summary = read(run.resolve("summary.json"));
    // The same kernels on the same batches.
    for (String name : List.of("step", "validation_loss", "validation_top1")) {
      assertThat(values.get(name)).as(name).isEqualTo(summary.get(name));
    }
    assertThat(result.out())
        .contains("evaluated  " + run.resolve("checkpoints/step-2"))
        .containsPattern("validation_loss +1\\.3");
  }

  @Test
  void anExportHasTheValuesOfItsCheckpointAndNeighbours() throws IOException {
    Path json = root.resolve("export.json");
    CommandRun.done(
        "evaluate",
        run.resolve("export").toString(),
        "--knn",
        "--bank=5",
        "--json",
        json.toString());
    JsonObject values = read(json);
    assertThat(values.get("validation_loss"))
        .isEqualTo(read(run.resolve("summary.json")).get("validation_loss"));
    assertThat(values.get("student_knn_top1").getAsDouble()).isBetween(0.0, 1.0);
    assertThat(values.get("knn_bank").getAsInt()).isEqualTo(5);
    assertThat(values.get("knn_queries").getAsInt()).isEqualTo(12);
    assertThat(values.has("teacher_knn_top1")).isFalse();
  }

  @Test
  void theUntrainedNetworkIsTheOneThatTrainingStartsFrom() throws IOException {
    JsonObject moved = trainedAt("0.1");
    JsonObject unmoved = trainedAt("1e-30");
    assertThat(moved.get("untrained_knn_top1"))
        .isEqualTo(unmoved.get("untrained_knn_top1"))
        .isEqualTo(unmoved.get("student_knn_top1"))
        .isNotEqualTo(moved.get("student_knn_top1"));
  }

  /** The kNN values after two steps at this learning rate. */
  private static JsonObject trainedAt(String learningRate) throws IOException {
    Path trained = root.resolve("at-" + learningRate);
    CommandRun.done(
        "train",
        TinyConfigs.classify(root),
        "--workdir",
        trained.toString(),
        "--set=train_data.noise.examples=300",
        "--set=validation_data.noise.examples=300",
        "--set=schedule.learning_rate=" + learningRate,
        "--set=schedule.warmup_learning_rate=0",
        "--set=schedule.min_learning_rate=0",
        "--set=export.at_end=false");
    Path json = trained.resolve("values.json");
    CommandRun.done(
        "evaluate", trained.toString(), "--knn", "--untrained", "--json", json.toString());
    return read(json);
  }

  @Test
  void otherImagesTakeTheRunsPlace() throws IOException {
    Path folder = root.resolve("others");
    // As unnamed as the run's noise: named classes could not be matched with it.
    Examples.records(folder, 2, 1);
    Path json = root.resolve("others.json");
    CommandRun.done(
        "evaluate",
        run.toString(),
        "--data",
        folder.resolve("train-*.tfrecord").toString(),
        "--json",
        json.toString());
    assertThat(read(json).get("validation_loss"))
        .isNotEqualTo(read(run.resolve("summary.json")).get("validation_loss"));
  }

  @Test
  void otherImagesNeedLabels() throws IOException {
    Path flat = Examples.flatFolder(root.resolve("flat"), 3);
    CommandRun.fails(
        3,
        List.of("validation_data: these examples have no labels"),
        "evaluate",
        run.toString(),
        "--data",
        flat.toString());
  }

  @Test
  void aRunWithoutValidationDataNeedsImages() {
    CommandRun.fails(
        2,
        List.of("its run had no validation_data", "Name images with --data"),
        "evaluate",
        run.toString(),
        "--set",
        "validation_data=");
  }

  @Test
  void anotherSavedModelIsNoExport() {
    CommandRun.fails(
        3,
        List.of("this SavedModel is no export of fdistill"),
        "evaluate",
        Golden.resource("teachers/tf2-functions").toString());
  }

  @Test
  void anEmptyFolderIsNoRun(@TempDir Path empty) {
    CommandRun.fails(3, List.of("no checkpoint in it"), "evaluate", empty.toString());
  }

  @Test
  void aFullDiskLosesTheJsonOnly() throws IOException {
    Path json = root.resolve("full.json");
    Path link = root.resolve(".full.json.partial");
    Files.createSymbolicLink(link, Path.of("/dev/full"));
    CommandRun result = CommandRun.of("evaluate", run.toString(), "--json", json.toString());
    assertThat(result.code()).isEqualTo(1);
    assertThat(link).doesNotExist();
    assertThat(result.out()).contains("validation_loss");
    assertThat(result.err())
        .contains("full.json: the figures could not be written")
        .contains("No space left");
    assertThat(json).doesNotExist();
  }

  private static JsonObject read(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }
}
