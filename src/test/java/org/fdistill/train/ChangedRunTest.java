package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.data.Examples;
import org.fdistill.files.Folders;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run goes on only as what it was, from what is whole. */
class ChangedRunTest {
  private static final Regression TASK = new Regression(Runs.FEATURES, 0.1f, -1);

  @TempDir Path root;
  private final Recording recording = new Recording();

  /** A run of records that was stopped after four steps. */
  private RunConfig stopped(Path run, String... overrides) throws IOException {
    Path data = root.resolve("data");
    if (!Files.exists(data)) {
      Examples.records(data, 16, 4);
      // Names that do not say how many files there are: of others a missing one is no data at all.
      for (int i = 0; i < 4; i++) {
        Files.move(
            data.resolve("train-0000" + i + "-of-00004.tfrecord"),
            data.resolve("train-" + i + ".tfrecord"));
      }
    }
    List<String> settings = new java.util.ArrayList<>(List.of(overrides));
    settings.add("train_data.tfrecord.path=" + data.resolve("train-*.tfrecord"));
    RunConfig config = Runs.config(settings.toArray(String[]::new));
    if (Files.exists(run)) {
      return config;
    }
    StopRequest stop = new StopRequest();
    Recording until4 =
        new Recording(
            step -> {
              if (step == 4) {
                stop.request("TERM");
              }
            });
    new Trainer(Runs.run(run, config, TASK, until4, RunEnd.nothing(), stop)).run();
    return config;
  }

  @Test
  void aVanishedShardIsRefusedUnlessItIsMeant() throws IOException {
    Path run = root.resolve("run");
    RunConfig config = stopped(run);
    Path shard = root.resolve("data/train-1.tfrecord");
    Files.delete(shard);
    assertThatThrownBy(() -> Runs.train(run, config, TASK, recording))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the training data are not those of the run so far")
        .hasMessageContaining("files: 4 -> 3")
        .hasMessageContaining(shard + ": ");
    RunConfig meant = stopped(run, "checkpoint.accept_changed_data=true");
    Runs.train(run, meant, TASK, recording);
    assertThat(recording.startStep).isEqualTo(4);
    assertThat(Files.readString(run.resolve("run.log"))).contains("files: 4 -> 3");
  }

  @Test
  void withoutConfigTxtpbAnotherConfigIsRefusedAllTheSame() throws IOException {
    Path run = root.resolve("run");
    stopped(run);
    Files.delete(run.resolve("config.txtpb"));
    RunConfig other = stopped(run, "optimizer.clip_norm=1");
    assertThatThrownBy(() -> Runs.train(run, other, TASK, recording))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("this folder holds a run of another config")
        .hasMessageContaining("optimizer.clip_norm: 3.0 -> 1.0");
  }

  /** What was found of other data would be taken for this run's. */
  @Test
  void aStartThatFailedLeavesNoFindingsToTheNext() throws IOException {
    Path run = root.resolve("run");
    RunConfig config = stopped(run);
    List<Path> findings =
        List.of(
            run.resolve("unreadable-training-images.txt"),
            run.resolve("unreadable-validation-images.txt"),
            run.resolve("validation-classes.txt"),
            run.resolve("validation-classes.json"),
            run.resolve("init_from.txt"));
    for (Path finding : findings) {
      Files.writeString(finding, "of before");
    }
    Runs.train(run, config, TASK, recording);
    assertThat(recording.startStep).isEqualTo(4);
    assertThat(findings).allSatisfy(finding -> assertThat(finding).hasContent("of before"));

    Folders.delete(run.resolve("checkpoints"));
    Files.delete(run.resolve("summary.json"));
    Runs.train(run, config, TASK, recording);
    assertThat(recording.startStep).isZero();
    assertThat(findings).allSatisfy(finding -> assertThat(finding).doesNotExist());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"step\": \"no\"}"})
  void aBrokenSummaryIsNoFinishedRun(String left) throws IOException {
    Path run = root.resolve("run");
    RunConfig config = stopped(run);
    Files.writeString(run.resolve("summary.json"), left);
    RunResult result = Runs.train(run, config, TASK, recording);
    assertThat(result.outcome()).isEqualTo(RunResult.Outcome.FINISHED);
    assertThat(recording.startStep).isEqualTo(4);
    assertThat(Runs.train(run, config, TASK, recording).outcome())
        .isEqualTo(RunResult.Outcome.ALREADY_FINISHED);
  }

  @Test
  void damagedLinesOfTheMetricsGo() throws IOException {
    Path run = root.resolve("run");
    RunConfig config = stopped(run);
    byte[] noText = {'{', '"', (byte) 0xff, '"', '\n'};
    Path metrics = run.resolve("metrics.jsonl");
    Files.write(metrics, noText, java.nio.file.StandardOpenOption.APPEND);
    Files.writeString(
        metrics,
        "[1]\n{}\n{\"step\": {}}\n{\"step\": 1e999}\nnull\n\n{\"st",
        StandardCharsets.UTF_8,
        java.nio.file.StandardOpenOption.APPEND);
    Runs.train(run, config, TASK, recording);
    assertThat(Runs.metrics(run).stream().map(line -> line.get("step").getAsLong()))
        .containsExactly(4L, 8L, 12L, 16L, 16L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a[b]", "a*", "a?", "a]", "a[", "a\\b"})
  void aFolderThatTensorFlowTakesForAPatternIsRefusedBeforeTheFirstStep(String name) {
    Path run = root.resolve(name);
    assertThatThrownBy(() -> Runs.train(run, Runs.config(), TASK, recording))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(run + ": TensorFlow takes a path with one of the characters");
    assertThat(run).doesNotExist();
  }
}
