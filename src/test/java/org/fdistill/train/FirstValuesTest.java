package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstValuesTest {
  @TempDir Path root;

  @Test
  void aRunStartsFromTheWeightsOfAnother() {
    Path first = root.resolve("first");
    Runs.train(first, Runs.config("schedule.length.steps=4"), Runs.TASK, new Recording());
    Path second = root.resolve("second");
    Recording recording = new Recording();
    RunConfig still =
        Runs.config(
            "model.init_from=" + first,
            "schedule.length.steps=1",
            "schedule.learning_rate=1e-15",
            "schedule.min_learning_rate=1e-15");
    Runs.train(second, still, Runs.TASK, recording);
    assertThat(recording.messages).hasSize(1);
    assertThat(recording.messages.get(0))
        .startsWith(
            "Initial weights from " + first.resolve("checkpoints/step-4") + ": all 2 parameters")
        .contains("slots (4)");
    Map<String, float[]> expected = Runs.variables(first.resolve("checkpoints/step-4"));
    Map<String, float[]> actual = Runs.variables(second.resolve("checkpoints/step-1"));
    assertThat(actual.get("student/kernel")).isEqualTo(expected.get("student/kernel"));
    assertThat(actual.get("student/kernel/adam_m"))
        .isNotEqualTo(expected.get("student/kernel/adam_m"));
  }

  @Test
  void weightsOfAnotherNetworkAreRefused() {
    Path first = root.resolve("first");
    Runs.train(first, Runs.config("schedule.length.steps=1"), Runs.TASK, new Recording());
    RunConfig larger =
        Runs.config(
            "model.init_from=" + first.resolve("checkpoints/step-1"),
            "model.vit.image_size=16",
            "train_data.image_size=16",
            "validation_data.image_size=16");
    Regression other = new Regression(3 * 16 * 16, 0, -1);
    assertThatThrownBy(() -> Runs.train(root.resolve("second"), larger, other, new Recording()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("weights of another network:")
        .hasMessageContaining("student/kernel: found [192, 1], expected [768, 1]");
  }

  @Test
  void aFolderWithoutWeightsIsNoStart() {
    RunConfig config = Runs.config("model.init_from=" + root);
    assertThatThrownBy(() -> Runs.train(root.resolve("run"), config, Runs.TASK, new Recording()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no weights in it");
  }
}
