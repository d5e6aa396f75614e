package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From nothing to an evaluated student, by commands alone. */
@Tag("slow")
class EndToEndTest {
  @TempDir Path root;

  @Test
  void aStudentIsDistilledFromATeacherThatWasTrainedBefore() throws IOException {
    Path data = root.resolve("data");
    CommandRun.done(
        "make-data",
        "synthetic",
        "--out",
        data.toString(),
        "--train=200",
        "--validation=40",
        "--side=40");

    Path teacher = root.resolve("teacher");
    train(config("teacher", "classify { classes: 10 }", data), teacher, 20);
    assertThat(values(teacher, "validation_loss", "validation_top1", "validation_top5")).isTrue();

    Path student = root.resolve("student");
    String task = "distill { teacher { path: \"" + teacher.resolve("export") + "\" } }";
    train(config("student", task, data), student, 40);
    assertThat(values(student, "validation_loss", "validation_predict_zero_loss")).isTrue();

    Path json = root.resolve("values.json");
    CommandRun.done("evaluate", student.toString(), "--knn", "--json", json.toString());
    JsonObject values = read(json);
    assertThat(values.get("validation_loss"))
        .isEqualTo(read(student.resolve("summary.json")).get("validation_loss"));
    assertThat(values.get("loss_over_predict_zero").getAsDouble()).isLessThan(1);
    assertThat(values.get("student_knn_top1").getAsDouble()).isBetween(0.0, 1.0);
    assertThat(values.get("teacher_knn_top1").getAsDouble()).isBetween(0.0, 1.0);

    CommandRun.fails(
        2, List.of("no projector", "--knn"), "evaluate", student.resolve("export").toString());
    Path exported = root.resolve("export.json");
    CommandRun.done(
        "evaluate", student.resolve("export").toString(), "--knn", "--json", exported.toString());
    assertThat(read(exported).get("student_knn_top1")).isEqualTo(values.get("student_knn_top1"));
    assertThat(read(exported).has("teacher_knn_top1")).isTrue();
    CommandRun alone =
        CommandRun.done("evaluate", student.resolve("export").toString(), "--knn", "--no-teacher");
    assertThat(alone.out()).contains("student_knn_top1").doesNotContain("teacher");
  }

  private static void train(Path config, Path run, int steps) {
    CommandRun.done("train", config.toString(), "--workdir", run.toString());
    for (String name :
        List.of(
            "config.txtpb",
            "run.log",
            "metrics.jsonl",
            "events",
            "checkpoints/step-" + steps,
            "export/1/saved_model.pb",
            "export/1/variables/variables.index",
            "export/1/assets.extra/model_card.md",
            "export/1/assets.extra/tf_serving_warmup_requests",
            "summary.json")) {
      assertThat(run.resolve(name)).exists();
    }
  }

  /** Whether a summary has its step, its time and these values. */
  private static boolean values(Path run, String... names) throws IOException {
    JsonObject summary = read(run.resolve("summary.json"));
    return summary.has("step")
        && summary.get("seconds").getAsDouble() > 0
        && List.of(names).stream().allMatch(name -> summary.get(name).getAsDouble() >= 0);
  }

  private Path config(String name, String task, Path data) throws IOException {
    int steps = name.equals("teacher") ? 20 : 40;
    return Files.writeString(
        root.resolve(name + ".txtpb"),
        """
        name: "%s"
        %s
        model { vit { image_size: 32 patch_size: 8 width: 32 depth: 2 heads: 2 } drop_path: 0 }
        train_data {
          tfrecord { path: "%s/train-*" }
          image_size: 32
          batch_size: 16
          augment { min_scale: 0.5 }
        }
        validation_data {
          tfrecord { path: "%s/validation-*" }
          image_size: 32
          batch_size: 16
        }
        schedule { length { steps: %d } learning_rate: 1e-3 scale_by_batch: 0 }
        log { every_steps: 10 }
        """
            .formatted(name, task, data, data, steps));
  }

  private static JsonObject read(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }
}
