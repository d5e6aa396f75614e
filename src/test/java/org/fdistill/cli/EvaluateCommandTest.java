package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.data.Examples;
import org.fdistill.files.Folders;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
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

  @Tag("slow")
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

  /** It is read by the teacher.txtpb beside it alone, and answers as the export does. */
  @Tag("slow")
  @Test
  void aSavedModelOfUnknownOriginHasNeighbours() throws IOException {
    Path folder = root.resolve("labelled");
    Examples.records(folder, 4, 1);
    Path copy = root.resolve("copy");
    TenSteps.copy(run.resolve("export"), copy);
    Files.delete(copy.resolve("1/assets.extra/config.txtpb"));
    String[] data = {
      "--knn",
      "--k",
      "1,3",
      "--bank-data",
      folder.resolve("train*").toString(),
      "--data",
      folder.resolve("train*").toString(),
      "--json",
      root.resolve("knn.json").toString()
    };
    JsonObject known = knn(run.resolve("export"), data);
    JsonObject unknown = knn(copy, data);
    for (String name : List.of("student_knn_top1_k1", "student_knn_top1_k3", "knn_bank")) {
      assertThat(unknown.get(name)).as(name).isNotNull().isEqualTo(known.get(name));
    }
    assertThat(unknown.get("student_knn_top1_k1").getAsDouble()).isEqualTo(1);
    assertThat(unknown.get("knn_bank").getAsInt()).isEqualTo(4);
    String[] many = Stream.of(data).map(w -> w.equals("1,3") ? "1,9" : w).toArray(String[]::new);
    assertThat(evaluate(copy, many).err())
        .contains("warning: --k 9: only 4 training images are there to vote.");
    CommandRun.fails(
        3,
        List.of("has no output \"none\""),
        Stream.concat(
                Stream.of("evaluate", copy.toString(), "--set", "distill.teacher.output=none"),
                Stream.of(data))
            .toArray(String[]::new));
  }

  private static JsonObject knn(Path model, String... data) throws IOException {
    assertThat(evaluate(model, data).err()).doesNotContain("warning: --k");
    return read(root.resolve("knn.json"));
  }

  private static CommandRun evaluate(Path model, String... more) {
    return CommandRun.done(
        Stream.concat(Stream.of("evaluate", model.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void aNumberOfNeighboursIsAWholeNumber() {
    CommandRun.fails(
        2,
        List.of("--k takes whole numbers from 1, such as 20 or 5,20,100; found 5,0"),
        "evaluate",
        run.toString(),
        "--knn",
        "--k",
        "5,0");
  }

  @Test
  void anOptionThatWouldBeLeftOutOfAccountIsRefused() {
    CommandRun.fails(
        2,
        List.of("--k is no option of evaluate without --knn"),
        "evaluate",
        run.toString(),
        "--k=5");
    String export = run.resolve("export").toString();
    for (String command : List.of("evaluate", "inspect")) {
      CommandRun.fails(
          2,
          List.of("--checkpoint is no option of " + command + " with"),
          command,
          export,
          "--checkpoint=best");
    }
  }

  @Test
  void oneCheckpointIsNoChoice() throws IOException {
    String one = Folders.list(run.resolve("checkpoints")).get(0).toString();
    CommandRun.fails(
        2, List.of(one + ": this is one checkpoint"), "evaluate", one, "--checkpoint=best");
  }

  @Test
  void whatLiesInAFolderIsNamed() {
    String meant = "Did you mean " + run + "?";
    for (String command : List.of("evaluate", "export", "inspect", "report")) {
      CommandRun.fails(3, List.of(meant), command, root.toString());
    }
    CommandRun.fails(
        3,
        List.of("Did you mean " + run.resolve("export") + "?"),
        "predict",
        run.toString(),
        "--images=" + root,
        "--out=" + root.resolve("predicted"));
  }

  @Test
  void anEmptyFolderIsNoRun(@TempDir Path empty) {
    CommandRun.fails(3, List.of("no checkpoint in it"), "evaluate", empty.toString());
    String none = root.resolve("none").toString();
    CommandRun.fails(3, List.of(none + ": it does not exist."), "evaluate", none);
    CommandRun.fails(3, List.of(none + ": it does not exist."), "inspect", none);
    CommandRun.fails(
        3,
        List.of(none + ": it does not exist."),
        "diagnose",
        "--model=" + none,
        "--data=" + root,
        "--out=" + root.resolve("looks"));
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
