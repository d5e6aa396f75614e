package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.testing.Signals;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
  private static final String STUDENT = "student/";

  @TempDir static Path root;

  private static String config;
  private static Path run;
  private static CommandRun first;

  @BeforeAll
  static void train() {
    config = TinyConfigs.withReport(TinyConfigs.classify(root));
    run = root.resolve("run");
    first = CommandRun.done("train", config, "--workdir", run.toString());
  }

  @Test
  void aRunsFolderHoldsEverything() throws IOException {
    assertThat(run.resolve("config.txtpb")).exists();
    assertThat(run.resolve("run.log")).content().contains("steps 1 to 2");
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(3);
    assertThat(run.resolve("events")).isDirectoryContaining("glob:**events.out.tfevents*");
    assertThat(run.resolve("checkpoints/step-2/manifest.json")).exists();
    assertThat(run.resolve("export/1/saved_model.pb")).exists();
    assertThat(run.resolve("export/1/assets.extra/config.txtpb"))
        .hasSameTextualContentAs(run.resolve("config.txtpb"));
    JsonObject summary = summary();
    assertThat(summary.get("step").getAsInt()).isEqualTo(2);
    assertThat(summary.get("seconds").getAsDouble()).isPositive();
    assertThat(summary.get("validation_loss").getAsDouble()).isPositive();
    assertThat(summary.get("validation_top1").getAsDouble()).isBetween(0.0, 1.0);
    assertThat(summary.get("export").getAsString()).isEqualTo("export/1");
    assertThat(run.resolve("samples")).isDirectoryContaining("glob:**/training-8.png");
    assertThat(run.resolve("report.html"))
        .content()
        .contains(
            "classify \u00b7 finished \u00b7 step 2", "<h3>Loss</h3>", "data:image/png;base64,");
  }

  @Test
  void reportMakesTheReportAgainOrComparesRuns() throws IOException {
    Path file = root.resolve("again.html");
    CommandRun again = CommandRun.done("report", run.toString(), "--out", file.toString());
    assertThat(again.out()).isEqualTo("report  " + file + "\n");
    assertThat(file).hasSameTextualContentAs(run.resolve("report.html"));
    CommandRun.fails(3, List.of("this folder is no run's"), "report", root.toString());
    CommandRun.fails(2, List.of("RUN is missing"), "report");
  }

  @Test
  void aReportCanBeLeftOutAndChangesNoBit() throws IOException {
    Path without = root.resolve("without");
    CommandRun.done(
        "train",
        config,
        "--workdir",
        without.toString(),
        "--set=log.report=false",
        "--set=export.at_end=false");
    assertThat(without.resolve("report.html")).doesNotExist();
    assertThat(without.resolve("samples")).doesNotExist();
    String weights = "checkpoints/step-2/variables.data-00000-of-00001";
    assertThat(Files.mismatch(run.resolve(weights), without.resolve(weights))).isEqualTo(-1);
  }

  @Test
  void placesAreResultsAndTheRestIsNotes() {
    assertThat(first.out())
        .contains("run folder  " + run + "\n")
        .contains("checkpoint  " + run.resolve("checkpoints/step-2") + "\n")
        .contains("export      " + run.resolve("export/1") + "\n")
        .contains("validation  loss ");
    assertThat(first.err())
        .contains("step 2/2", "Loaded back", "Next: fdistill evaluate " + run + " --knn");
  }

  @Test
  void aFinishedRunIsNotTrainedAgain() {
    CommandRun again = CommandRun.done("train", config, "--workdir", run.toString());
    assertThat(again.err()).contains("this run is finished (step 2)");
    assertThat(again.out()).contains("export      " + run.resolve("export/1"));
    assertThat(run.resolve("export/2")).doesNotExist();
  }

  @Test
  void aRunStartsFromTheWeightsOfAnother() {
    // A rate of 1e-30 moves no float32 weight, so that what was loaded is what is saved.
    Path second = root.resolve("second");
    CommandRun started =
        CommandRun.done(
            "train",
            config,
            "--workdir",
            second.toString(),
            "--set=model.init_from=" + run,
            "--set=seed=4",
            "--set=schedule={ length { steps: 1 } learning_rate: 1e-30 min_learning_rate: 0 }",
            "--set=log.report=false",
            "--set=export.at_end=false");
    assertThat(started.err())
        .contains("Initial weights from " + run.resolve("checkpoints/step-2"))
        .contains("loaded as well: head/bias, head/kernel", "left out: slots (");
    assertThat(started.err()).contains("fdistill export " + second);
    Map<String, float[]> weights = weights(second.resolve("checkpoints/step-1/variables"));
    assertThat(weights).isNotEmpty();
    weights(run.resolve("checkpoints/step-2/variables"))
        .forEach((name, values) -> assertThat(weights.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void aRunStartsFromAnExport() {
    Path third = root.resolve("third");
    CommandRun started =
        CommandRun.done(
            "train",
            config,
            "--workdir",
            third.toString(),
            "--set=model.init_from=" + run.resolve("export"),
            "--set=schedule={ length { steps: 1 } learning_rate: 1e-30 min_learning_rate: 0 }",
            "--set=log.report=false",
            "--set=export.at_end=false");
    assertThat(started.err())
        .contains("loaded as well: head/bias, head/kernel")
        .doesNotContain("left out");
    Map<String, float[]> weights = weights(third.resolve("checkpoints/step-1/variables"));
    weights(run.resolve("export/1/variables/variables"))
        .forEach((name, values) -> assertThat(weights.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void aSignalStopsWithACheckpointAndItsExitCode() throws Exception {
    Path stopped = root.resolve("stopped");
    Thread signal = new Thread(() -> terminateAfterFirstLine(stopped.resolve("metrics.jsonl")));
    signal.start();
    CommandRun result =
        CommandRun.of(
            "train",
            config,
            "--workdir",
            stopped.toString(),
            "--set=schedule.length.steps=1000000");
    signal.join();
    assertThat(result.code()).as(result.err()).isEqualTo(143);
    assertThat(result.err())
        .contains("Stopping after this step", "Start the same command again")
        .doesNotContain("error:");
    assertThat(stopped.resolve("checkpoints")).isDirectoryContaining("glob:**/step-*");
    assertThat(stopped.resolve("export")).doesNotExist();
    assertThat(stopped.resolve("report.html"))
        .content()
        .contains("classify \u00b7 not finished \u00b7 step ", " of 1,000,000");
  }

  /** The handler is in place before the first step. */
  private static void terminateAfterFirstLine(Path metrics) {
    try {
      for (int i = 0; i < 6000 && !Files.exists(metrics); i++) {
        Thread.sleep(10);
      }
      Signals.send("TERM", ProcessHandle.current().pid());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonObject summary() throws IOException {
    return JsonParser.parseString(Files.readString(run.resolve("summary.json"))).getAsJsonObject();
  }

  /** The network's parameters, without slots. */
  private static Map<String, float[]> weights(Path prefix) {
    Map<String, float[]> values = new TreeMap<>();
    try (BundleReader reader = new BundleReader(prefix)) {
      reader.shapes().keySet().stream()
          .filter(name -> name.startsWith(STUDENT) && !name.contains("/adam_"))
          .forEach(name -> values.put(name, reader.read(name)));
    }
    return values;
  }
}
