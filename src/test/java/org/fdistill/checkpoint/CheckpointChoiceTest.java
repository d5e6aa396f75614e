package org.fdistill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.eval.Criterion;
import org.fdistill.export.TrainedRuns;
import org.fdistill.files.Folders;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointChoiceTest {
  @TempDir Path run;

  @Test
  void theLastIsTheOneOfTheHighestStep() {
    write(TrainedRuns.distilled(), 9, "loss", 0.1);
    write(TrainedRuns.distilled(), 10, "loss", 0.2);
    assertThat(step("last")).isEqualTo(10);
    assertThat(step("9")).isEqualTo(9);
  }

  @Test
  void theBestDistillationHasTheSmallestLoss() {
    write(TrainedRuns.distilled(), 1, "loss", 0.3);
    write(TrainedRuns.distilled(), 2, "loss", 0.1);
    write(TrainedRuns.distilled(), 3, "loss", 0.2);
    assertThat(step("best")).isEqualTo(2);
  }

  @Test
  void theBestClassifierHasTheHighestAccuracy() {
    write(TrainedRuns.classified(), 1, "top1", 0.3);
    write(TrainedRuns.classified(), 2, "top1", 0.7);
    write(TrainedRuns.classified(), 3, "top1", 0.5);
    assertThat(step("best")).isEqualTo(2);
  }

  @Test
  void amongEqualsTheEarliestIsTheBestForReaderAndStoreAlike() {
    write(TrainedRuns.classified(), 1, "top1", 0.5);
    write(TrainedRuns.classified(), 2, "top1", 0.7);
    write(TrainedRuns.classified(), 3, "top1", 0.7);
    write(TrainedRuns.classified(), 4, "top1", Double.NaN);
    assertThat(step("best")).isEqualTo(2);
    new CheckpointStore(
            run.resolve("checkpoints"),
            new Retention(1, true, List.of(new Criterion("top1", true))),
            TextProtos.toText(TrainedRuns.classified()))
        .prune();
    assertThat(run.resolve("checkpoints")).isDirectoryNotContaining("glob:**/step-[13]");
    assertThat(step("best")).isEqualTo(2);
  }

  @Test
  void aReaderLooksAgainWhenTheRunPrunesWhatItReads() throws Exception {
    Checkpoint first = write(TrainedRuns.distilled(), 1, "loss", 0.3);
    List<Long> read = new ArrayList<>();
    long step =
        CheckpointChoice.read(
            run,
            "last",
            checkpoint -> {
              read.add(checkpoint.manifest().progress().step());
              if (read.size() == 1) {
                write(TrainedRuns.distilled(), 2, "loss", 0.2);
                prune(first.folder());
              }
              checkpoint.requireVariables(Map.of());
              return checkpoint.manifest().progress().step();
            });
    assertThat(read).containsExactly(1L, 2L);
    assertThat(step).isEqualTo(2);
  }

  private static void prune(Path checkpoint) {
    try {
      Folders.delete(checkpoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatIsWrongWithACheckpointThatStaysIsSaidAtOnce() {
    write(TrainedRuns.distilled(), 1, "loss", 0.3);
    List<Long> read = new ArrayList<>();
    assertThatThrownBy(
            () ->
                CheckpointChoice.read(
                    run,
                    "last",
                    checkpoint -> {
                      read.add(1L);
                      throw UserError.input("wrong");
                    }))
        .hasMessage("wrong");
    assertThat(read).hasSize(1);
  }

  @Test
  void withoutValidationNoneIsTheBest() {
    TrainedRuns.write(TrainedRuns.distilled(), run, 1, Map.of());
    assertThatThrownBy(() -> CheckpointChoice.open(run, "best"))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll("none of its checkpoints has been validated", "validation_data");
  }

  @Test
  void lookingAtARunLeavesAHalfWrittenCheckpointAlone() throws Exception {
    write(TrainedRuns.distilled(), 1, "loss", 0.3);
    Path partial = Files.createDirectory(run.resolve("checkpoints/.partial-step-2"));
    assertThat(step("last")).isEqualTo(1);
    assertThat(partial).exists();
  }

  @Test
  void aCheckpointsOwnFolderIsItself() {
    Checkpoint checkpoint = write(TrainedRuns.distilled(), 5, "loss", 0.3);
    assertThat(CheckpointChoice.open(checkpoint.folder(), "last").manifest().progress().step())
        .isEqualTo(5);
    assertThat(checkpoint.runConfig()).isEqualTo(TrainedRuns.distilled());
  }

  private Checkpoint write(RunConfig config, long step, String name, double value) {
    return TrainedRuns.write(config, run, step, Map.of(name, value));
  }

  private long step(String choice) {
    return CheckpointChoice.open(run, choice).manifest().progress().step();
  }
}
