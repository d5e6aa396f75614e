package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every task's step can be measured, and nothing but training data is needed. */
@Tag("slow")
class BenchTasksTest {
  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(strings = {"finetune", "probe", "segment"})
  void aStepIsMeasuredWithoutValidationData(String task) throws IOException {
    Path json = root.resolve("bench.json");
    CommandRun.done(
        "bench",
        "configs/smoke/" + task + ".txtpb",
        "--steps=1",
        "--warmup=1",
        "--set=validation_data={ tfrecord { path: \"" + root.resolve("missing") + "\" } }",
        "--json=" + json);
    JsonObject report = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    assertThat(report.get("images_per_second").getAsDouble()).isPositive();
    assertThat(report.get("input_images_per_second").getAsDouble()).isPositive();
    assertThat(report.get("final_loss").getAsDouble()).isPositive();
  }
}
