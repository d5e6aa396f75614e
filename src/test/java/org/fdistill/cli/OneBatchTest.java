package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A student that sees one batch again and again, in one view, must learn it by heart. */
@Tag("slow")
class OneBatchTest {
  @TempDir Path root;

  @Test
  void theLossOfOneBatchFallsToNearZero() throws IOException {
    Path data = root.resolve("data");
    CommandRun.done(
        "make-data",
        "synthetic",
        "--out",
        data.toString(),
        "--train=8",
        "--validation=1",
        "--side=48");
    Path run = root.resolve("run");
    CommandRun.done("train", config(data).toString(), "--workdir", run.toString());

    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    // Predicting zero costs about 0.25; a twentieth of it is out of reach without every token.
    assertThat(loss(lines.get(0))).isGreaterThan(0.15);
    assertThat(loss(lines.get(lines.size() - 1))).isLessThan(0.0125);
  }

  private static double loss(String line) {
    return JsonParser.parseString(line).getAsJsonObject().get("loss").getAsDouble();
  }

  private Path config(Path data) throws IOException {
    return Files.writeString(
        root.resolve("one-batch.txtpb"),
        """
        name: "one-batch"
        distill { teacher { path: "savedmodels/tiny-teacher" } }
        model {
          vit { image_size: 48 patch_size: 8 width: 192 depth: 2 heads: 4 layer_scale: 0 }
          drop_path: 0
        }
        train_data {
          tfrecord { path: "%s/train-*" }
          image_size: 48
          batch_size: 8
          # No crop of the whole area fits an image that is not square: always the centre.
          augment { min_scale: 1 max_scale: 1 min_ratio: 1 max_ratio: 1 flip_probability: 0 }
        }
        optimizer { adamw { weight_decay: 0 } }
        schedule {
          length { steps: 400 }
          warmup { steps: 20 }
          learning_rate: 3e-3
          min_learning_rate: 1e-5
          scale_by_batch: 0
        }
        log { every_steps: 20 tensorboard: false report: false }
        export { at_end: false }
        """
            .formatted(data));
  }
}
