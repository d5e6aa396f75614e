package org.fdistill.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.config.UserError;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.types.TFloat32;

/** Exports that fail, and what they leave. */
class ExportErrorsTest {
  @TempDir Path folder;

  @Test
  void aCheckpointOfAnotherModelLeavesNothingBehind() throws Exception {
    Checkpoint checkpoint = checkpoint(TrainedRuns.distilled());
    RunConfig deeper = deeper(TrainedRuns.distilled());
    Path out = folder.resolve("export");
    assertThatThrownBy(() -> export(ExportedNetwork.of(deeper), deeper, checkpoint, out))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("student/blocks/02/attn/qkv/kernel: missing");
    assertThat(out).doesNotExist();
  }

  @Test
  void aModelThatDoesNotAnswerAsItShouldLeavesNothingBehind() throws Exception {
    RunConfig run = TrainedRuns.distilled();
    Checkpoint checkpoint = checkpoint(run);
    ExportedNetwork plain = ExportedNetwork.of(run);
    ExportedNetwork restless =
        new ExportedNetwork(
            plain.network(),
            plain.evalCrop(),
            (scope, endpoints) ->
                Map.of(
                    "noise",
                    scope
                        .tf()
                        .random
                        .randomUniform(scope.tf().shape(endpoints.tokens()), TFloat32.class)),
            null);
    Path out = folder.resolve("export");
    assertThatThrownBy(() -> export(restless, run, checkpoint, out))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll("serving_default/noise", "Nothing was kept");
    assertThat(out).doesNotExist();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("taken"), "x");
    Checkpoint checkpoint = checkpoint(TrainedRuns.distilled());
    assertThatThrownBy(() -> SavedModelExporter.export(checkpoint, file))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll("taken", "--out");
  }

  private static Exported export(
      ExportedNetwork network, RunConfig run, Checkpoint checkpoint, Path out) {
    Student student = Tasks.students(checkpoint.runConfig()).get(0);
    return SavedModelWriter.write(
        new TrainedModel(network, run, checkpoint, student).content(), out);
  }

  private static RunConfig deeper(RunConfig run) {
    BackboneConfig.Builder model = run.getModel().toBuilder();
    model.getVitBuilder().setDepth(3);
    return run.toBuilder().setModel(model).build();
  }

  private Checkpoint checkpoint(RunConfig run) {
    return TrainedRuns.write(run, folder.resolve("run"), 40, Map.of("loss", 0.25));
  }
}
