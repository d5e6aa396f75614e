package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.data.Examples;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  @TempDir Path root;

  @Test
  void aRunLeavesItsFiles() throws IOException {
    Path folder = root.resolve("run");
    Recording recording = new Recording();
    List<RunEnd.Finished> ends = new ArrayList<>();
    RunEnd end =
        run -> {
          ends.add(run);
          return Map.of("exported", true);
        };
    RunResult result =
        new Trainer(Runs.run(folder, Runs.config(), Runs.TASK, recording, end, new StopRequest()))
            .run();

    assertThat(result.outcome()).isEqualTo(RunResult.Outcome.FINISHED);
    assertThat(result.step()).isEqualTo(16);
    assertThat(recording.startStep).isZero();
    assertThat(recording.checkpoints).containsExactly("step-4", "step-8", "step-12", "step-16");
    assertThat(recording.validations).hasSize(1);
    assertThat(recording.steps).hasSize(16);
    assertThat(recording.steps.get(15).dataWaitShare()).isBetween(0.0, 1.0);
    assertThat(ends).hasSize(1);
    assertThat(ends.get(0).last().folder()).isEqualTo(folder.resolve("checkpoints/step-16"));

    List<JsonObject> lines = Runs.metrics(folder);
    assertThat(lines.stream().map(l -> l.get("step").getAsLong()))
        .containsExactly(4L, 8L, 12L, 16L, 16L);
    assertThat(lines.get(0).keySet())
        .containsExactly(
            "step",
            "epoch",
            "loss",
            "learning_rate",
            "gradient_norm",
            "images_per_second",
            "data_wait_share",
            "root");
    assertThat(lines.get(1).get("epoch").getAsDouble()).isEqualTo(1.0);
    assertThat(lines.get(4).get("validation_loss").getAsDouble())
        .isEqualTo(result.validation().get("loss"));

    JsonObject summary =
        JsonParser.parseString(Files.readString(folder.resolve("summary.json"))).getAsJsonObject();
    assertThat(summary.keySet())
        .containsExactly("name", "step", "seconds", "validation_loss", "exported");
    assertThat(folder.resolve("config.txtpb")).exists();
    assertThat(folder.resolve("run.log")).exists();
    assertThat(folder.resolve("events")).isNotEmptyDirectory();
  }

  /** 192 weights and 8 images: the loss can become 0. */
  @Tag("slow")
  @Test
  void oneBatchIsOverfitted() throws IOException {
    Examples.records(root.resolve("data"), 8, 2);
    Recording recording = new Recording();
    Runs.train(
        root.resolve("run"),
        Runs.config(
            "train_data.tfrecord.path=" + root.resolve("data/train-*.tfrecord"),
            "schedule.length.steps=400",
            "schedule.learning_rate=0.02",
            "optimizer.adamw.weight_decay=0",
            "checkpoint.every_steps=0"),
        new Regression(Runs.FEATURES, 0, -1),
        recording);
    assertThat(recording.steps.get(399).loss()).isLessThan(recording.steps.get(0).loss() / 50);
  }

  /** The batch is the same in each step and nothing is learned: only the noise can differ. */
  @Test
  void randomDrawsDifferFromStepToStep() throws IOException {
    Examples.records(root.resolve("data"), 1, 1);
    Recording recording = new Recording();
    Runs.train(
        root.resolve("run"),
        Runs.config(
            "train_data.tfrecord.path=" + root.resolve("data/train-*.tfrecord"),
            "train_data.batch_size=1",
            "schedule.length.steps=4",
            "schedule.learning_rate=1e-15",
            "schedule.min_learning_rate=1e-15"),
        Runs.TASK,
        recording);
    assertThat(recording.steps.stream().map(ProgressListener.StepReport::loss).distinct())
        .hasSize(4);
  }

  @Test
  void theSameSeedGivesTheSameBitsAndAnotherDoesNot() {
    Path first = root.resolve("first");
    Path second = root.resolve("second");
    Path other = root.resolve("other");
    Runs.train(first, Runs.config(), Runs.TASK, new Recording());
    Runs.train(second, Runs.config(), Runs.TASK, new Recording());
    Runs.train(other, Runs.config("seed=4"), Runs.TASK, new Recording());
    Map<String, float[]> expected = Runs.variables(first.resolve("checkpoints/step-16"));
    assertThat(expected).hasSize(6);
    assertSameBits(Runs.variables(second.resolve("checkpoints/step-16")), expected);
    assertThat(Runs.variables(other.resolve("checkpoints/step-16")).get("student/kernel"))
        .isNotEqualTo(expected.get("student/kernel"));
  }

  private static void assertSameBits(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void aStoppedRunGoesOnToTheSameBitsAndTheSameLog() throws IOException {
    Path straight = root.resolve("straight");
    Runs.train(straight, Runs.config(), Runs.TASK, new Recording());

    Path stopped = root.resolve("stopped");
    StopRequest stop = new StopRequest();
    Recording recording =
        new Recording(
            step -> {
              if (step == 6) {
                stop.request("TERM");
              }
            });
    RunResult result =
        new Trainer(Runs.run(stopped, Runs.config(), Runs.TASK, recording, RunEnd.nothing(), stop))
            .run();
    assertThat(result.outcome()).isEqualTo(RunResult.Outcome.STOPPED);
    assertThat(stop.exitCode()).contains(143);
    assertThat(recording.checkpoints).containsExactly("step-4", "step-6");
    assertThat(recording.messages)
        .containsExactly(
            "Stopped after step 6 of 16. Start the same command again to go on from there.");
    assertThat(stopped.resolve("summary.json")).doesNotExist();

    Recording resumed = new Recording();
    Runs.train(stopped, Runs.config(), Runs.TASK, resumed);
    assertThat(resumed.startStep).isEqualTo(6);
    assertSameBits(
        Runs.variables(stopped.resolve("checkpoints/step-16")),
        Runs.variables(straight.resolve("checkpoints/step-16")));
    assertThat(Runs.metrics(stopped).stream().map(l -> l.get("step").getAsLong()))
        .containsExactly(4L, 8L, 12L, 16L, 16L);
  }

  @Test
  void accumulatedMicroBatchesEqualOneBatch() {
    Regression exact = new Regression(Runs.FEATURES, 0, -1);
    Path whole = root.resolve("whole");
    Path parts = root.resolve("parts");
    Recording one = new Recording();
    Recording four = new Recording();
    Runs.train(whole, Runs.config("optimizer.clip_norm=0.1"), exact, one);
    Runs.train(
        parts, Runs.config("optimizer.clip_norm=0.1", "optimizer.accumulation=4"), exact, four);
    for (int i = 0; i < 16; i++) {
      // The loss is a sum over 8 images of order 1: its roundings are a few times 6e-8.
      assertThat(four.steps.get(i).loss()).isCloseTo(one.steps.get(i).loss(), within(1e-6));
    }
    Map<String, float[]> expected = Runs.variables(whole.resolve("checkpoints/step-16"));
    Map<String, float[]> actual = Runs.variables(parts.resolve("checkpoints/step-16"));
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    float[] kernel = expected.get("student/kernel");
    for (int i = 0; i < kernel.length; i++) {
      // Adam divides by the gradient's size, so a step of 0.01 keeps its relative error of 1e-5.
      assertThat(actual.get("student/kernel")[i]).isCloseTo(kernel[i], within(2e-5f));
    }
  }

  @Test
  void aFolderOfAnotherConfigIsRefused() {
    Path folder = root.resolve("run");
    Runs.train(folder, Runs.config("schedule.length.steps=1"), Runs.TASK, new Recording());
    assertThatThrownBy(
            () ->
                Runs.train(
                    folder,
                    Runs.config("optimizer.clip_norm=1", "schedule.length.steps=1"),
                    Runs.TASK,
                    new Recording()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("this folder holds a run of another config")
        .hasMessageContaining("optimizer.clip_norm: 3.0 -> 1.0")
        .hasMessageContaining("--workdir");
  }

  @Test
  void aFinishedRunSaysSo() {
    Path folder = root.resolve("run");
    RunConfig config = Runs.config("schedule.length.steps=1");
    RunResult first = Runs.train(folder, config, Runs.TASK, new Recording());
    Recording again = new Recording();
    RunResult second = Runs.train(folder, config, Runs.TASK, again);
    assertThat(second.outcome()).isEqualTo(RunResult.Outcome.ALREADY_FINISHED);
    assertThat(second.validation()).isEqualTo(first.validation());
    assertThat(again.messages).hasSize(1);
    assertThat(again.messages.get(0)).contains("this run is finished (step 1)");
    assertThat(again.steps).isEmpty();
  }

  @Test
  void twoProcessesDoNotTrainInOneFolder() {
    Path folder = root.resolve("run");
    RunConfig config = Runs.config("schedule.length.steps=1");
    try (RunFolder first = new RunFolder(folder, config)) {
      assertThat(first.path()).exists();
      assertThatThrownBy(() -> Runs.train(folder, config, Runs.TASK, new Recording()))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("another process trains in this folder");
    }
  }

  @Test
  void aGpuThatIsDemandedAndMissingIsAClearError() {
    assertThatThrownBy(
            () ->
                Runs.train(
                    root.resolve("run"),
                    Runs.config("runtime.device=GPU"),
                    Runs.TASK,
                    new Recording()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("TensorFlow finds no GPU on this machine")
        .hasMessageContaining("-Pgpu");
  }

  @Test
  void validationRunsByEpochsAndTheBestCheckpointStays() {
    Path folder = root.resolve("run");
    Recording recording = new Recording();
    Runs.train(
        folder,
        Runs.config(
            "log.validate_every_epochs=0.5", "checkpoint.keep_last=1", "checkpoint.every_steps=0"),
        Runs.TASK,
        recording);
    assertThat(recording.validations).hasSize(4);
    assertThat(recording.checkpoints).containsExactly("step-4", "step-8", "step-12", "step-16");
    int best = 0;
    for (int i = 1; i < 4; i++) {
      if (recording.validations.get(i).get("loss") < recording.validations.get(best).get("loss")) {
        best = i;
      }
    }
    assertThat(folder.resolve("checkpoints/" + recording.checkpoints.get(best))).exists();
    assertThat(folder.resolve("checkpoints/step-16")).exists();
  }
}
