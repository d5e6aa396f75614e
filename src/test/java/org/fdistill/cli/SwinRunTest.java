package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Swin as teacher and as student, by commands alone. */
@Tag("slow")
class SwinRunTest {
  private static final String SIZES =
      "image_size: 32 patch_size: 2 width: 16 depths: [2, 2] heads: [2, 4] window: 4";

  private static final String STUDENT = "swin_v2 { " + SIZES + " main_norm_interval: 2 }";

  @TempDir Path root;

  @Test
  void aSwinV2LearnsFromASwinWithAndWithoutXla() throws IOException {
    Path teacher = root.resolve("teacher");
    train("classify { classes: 4 }", "swin { " + SIZES + " }", teacher);
    String task = "distill { teacher { path: \"" + teacher.resolve("export") + "\" } }";
    Path student = root.resolve("student");
    train(task, STUDENT, student);
    double loss = summary(student).get("validation_loss").getAsDouble();
    assertThat(loss).isLessThan(summary(student).get("validation_predict_zero_loss").getAsDouble());

    Path json = root.resolve("values.json");
    CommandRun.done("evaluate", student.toString(), "--knn", "--json", json.toString());
    assertThat(read(json).get("student_knn_top1").getAsDouble()).isBetween(0.0, 1.0);
    assertThat(CommandRun.done("inspect", student.resolve("export").toString()).out())
        .contains("feature_map  float   [?, 8, 8, 32]");

    Path compiled = root.resolve("compiled");
    train(task, STUDENT, compiled, "--set", "runtime.xla=WHOLE_STEP");
    // Other orders of summation, over 20 steps of AdamW.
    assertThat(summary(compiled).get("validation_loss").getAsDouble())
        .isCloseTo(loss, within(1e-3));

    Path further = root.resolve("further");
    String from = "model.init_from=" + student;
    train(task, STUDENT, further, "--set", from);
    assertThat(summary(further).get("validation_loss").getAsDouble()).isLessThan(loss);
  }

  private void train(String task, String model, Path run, String... options) throws IOException {
    Path config =
        Files.writeString(root.resolve(run.getFileName() + ".txtpb"), config(task, model));
    String[] command = new String[options.length + 4];
    command[0] = "train";
    command[1] = config.toString();
    command[2] = "--workdir";
    command[3] = run.toString();
    System.arraycopy(options, 0, command, 4, options.length);
    CommandRun.done(command);
  }

  private static String config(String task, String model) {
    return """
    name: "swin"
    %s
    model { %s }
    train_data { noise { examples: 256 classes: 4 } image_size: 32 batch_size: 16 augment {} }
    validation_data { noise { examples: 64 classes: 4 } image_size: 32 batch_size: 16 }
    schedule { length { steps: 20 } learning_rate: 1e-3 scale_by_batch: 0 }
    log { report: false }
    """
        .formatted(task, model);
  }

  private static JsonObject summary(Path run) throws IOException {
    return read(run.resolve("summary.json"));
  }

  private static JsonObject read(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }
}
