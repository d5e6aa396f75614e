package org.fdistill.train;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.cluster.Workers;
import org.fdistill.config.RunConfigs;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;

/** Small runs on noise. */
final class Runs {
  static final int SIDE = 8;
  static final int FEATURES = 3 * SIDE * SIDE;
  static final Regression TASK = new Regression(FEATURES, 0.1f, -1);

  private static final String CONFIG =
      """
      name: "test"
      seed: 3
      classify { classes: 64 }
      model { vit { image_size: 8 patch_size: 4 width: 8 depth: 1 heads: 2 } }
      train_data {
        noise { examples: 64 classes: 64 }
        image_size: 8
        batch_size: 8
      }
      validation_data {
        noise { examples: 20 classes: 64 }
        image_size: 8
        batch_size: 8
      }
      schedule { length { steps: 16 } learning_rate: 0.01 scale_by_batch: 0 }
      checkpoint { every_steps: 4 }
      log { every_steps: 4 }
      runtime { intra_op_threads: 2 inter_op_threads: 2 }
      """;

  private Runs() {}

  /** The config of these runs: 16 steps of 8 images, 8 steps an epoch. */
  static RunConfig config(String... overrides) {
    return RunConfigs.parse(CONFIG, "test", List.of(overrides));
  }

  static TrainingRun run(
      Path folder,
      RunConfig config,
      Task task,
      ProgressListener listener,
      RunEnd end,
      StopRequest stop) {
    return new TrainingRun(
        config,
        task,
        folder,
        listener,
        Rewriter.of(config.getRuntime()),
        RunStart.nothing(),
        end,
        stop,
        Workers.ALONE);
  }

  static RunResult train(Path folder, RunConfig config, Task task, ProgressListener listener) {
    return new Trainer(run(folder, config, task, listener, RunEnd.nothing(), new StopRequest()))
        .run();
  }

  /** Every variable of a checkpoint. */
  static Map<String, float[]> variables(Path checkpoint) {
    Map<String, float[]> values = new LinkedHashMap<>();
    try (BundleReader reader = new BundleReader(checkpoint.resolve("variables"))) {
      reader.shapes().keySet().forEach(name -> values.put(name, reader.read(name)));
    }
    return values;
  }

  /** The lines of a run's metrics. */
  static List<JsonObject> metrics(Path folder) throws IOException {
    return Files.readAllLines(folder.resolve("metrics.jsonl")).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }
}
