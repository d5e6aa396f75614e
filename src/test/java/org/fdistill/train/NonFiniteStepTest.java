package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NonFiniteStepTest {
  @TempDir Path root;

  @Test
  void aNonFiniteStepGoesBackOnceAndLeavesItsBatchOut() throws IOException {
    Path folder = root.resolve("run");
    Recording recording = new Recording();
    RunConfig config = Runs.config("schedule.length.steps=7");
    RunResult result =
        Runs.train(folder, config, new Regression(Runs.FEATURES, 0.1f, 7), recording);
    assertThat(result.step()).isEqualTo(7);
    assertThat(recording.messages).hasSize(1);
    assertThat(recording.messages.get(0))
        .matches("(?s)Step \\d: the loss is not finite .*Going back to step \\d; .* are left out.");
    assertThat(Files.readString(folder.resolve("run.log"))).contains("are left out");
    Runs.variables(folder.resolve("checkpoints/step-7"))
        .forEach((name, values) -> assertThat(values).as(name).doesNotContain(Float.NaN));
    assertThat(Runs.metrics(folder).stream().map(l -> l.get("step").getAsLong()))
        .containsExactly(4L, 7L, 7L);
  }

  @Test
  void aSecondNonFiniteStepEndsTheRun() {
    Path folder = root.resolve("run");
    Recording recording = new Recording();
    assertThatThrownBy(
            () ->
                Runs.train(
                    folder, Runs.config(), new Regression(Runs.FEATURES, 0.1f, 7), recording))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the loss is not finite")
        .hasMessageContaining("for the second time")
        .hasMessageContaining("lower schedule.learning_rate");
    assertThat(recording.messages).hasSize(1);
  }
}
