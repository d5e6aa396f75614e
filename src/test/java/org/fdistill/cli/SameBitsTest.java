package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.fdistill.bench.RandomTeacher;
import org.fdistill.config.RunConfigs;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One seed gives the same bits every time, at the width of real networks: what depends on timing
 * shows where tensors are large and parameters many. Depth only repeats it.
 */
@Tag("slow")
class SameBitsTest {
  private static final int RUNS = 5;
  private static final int STEPS = 3;

  private static final String CONFIG =
      """
      name: "same-bits"
      distill { teacher {} }
      model { %s }
      train_data { noise { examples: 64 } batch_size: 4 augment {} }
      schedule { length { steps: 3 } learning_rate: 1e-3 scale_by_batch: 0 warmup { steps: 2 } }
      optimizer { clip_norm: 0.05 }
      checkpoint { every_steps: 2 }
      log { report: false }
      export { at_end: false }
      runtime { precision: %s }
      """;

  @TempDir Path root;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FLOAT32  | swin_v2 { width: 128 depths: [1, 1, 2, 1] heads: [4, 8, 16, 32] window: 14 }",
        "BFLOAT16 | swin_v2 { width: 128 depths: [1, 1, 2, 1] heads: [4, 8, 16, 32] window: 14 }",
        "FLOAT32  | vit { patch_size: 16 width: 768 depth: 4 heads: 12 }",
        "BFLOAT16 | vit { patch_size: 16 width: 768 depth: 4 heads: 12 }"
      })
  void runsThatRepeatThatShareTheMachineAndThatGoOnAreEqual(String precision, String model)
      throws Exception {
    String config = CONFIG.formatted(model, precision);
    String teacher =
        RandomTeacher.withWeights(RunConfigs.parse(config, "config", List.of()), root)
            .getDistill()
            .getTeacher(0)
            .getPath();
    Path file =
        Files.writeString(
            root.resolve("config.txtpb"), config.replace("teacher {}", path(teacher)));
    Path first = train(file, root.resolve("first"));
    for (int i = 1; i < RUNS; i++) {
      Path run = root.resolve("run-" + i);
      try (BusyThreads other = new BusyThreads(i % 2)) {
        requireSame(train(file, run), first);
      }
      if (i == 1) {
        forgetTheLastStep(run);
        requireSame(train(file, run), first);
      }
      remove(run);
    }
  }

  private static String path(String teacher) {
    return "teacher { path: \"" + teacher + "\" }";
  }

  /** The variables at the end of a run, parameters and moments. */
  private static Path train(Path config, Path run) {
    CommandRun.done("train", config.toString(), "--workdir", run.toString());
    return run.resolve("checkpoints/step-" + STEPS + "/variables.data-00000-of-00001");
  }

  private static void requireSame(Path actual, Path expected) throws IOException {
    assertThat(Files.mismatch(actual, expected)).as(actual.toString()).isEqualTo(-1);
  }

  /** Leaves what a run has that was killed in its last step. */
  private static void forgetTheLastStep(Path run) throws IOException {
    remove(run.resolve("checkpoints/step-" + STEPS));
    Files.delete(run.resolve("summary.json"));
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Threads that compute for nothing, beside a run. */
  private static final class BusyThreads implements AutoCloseable {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    BusyThreads(int count) {
      for (int i = 0; i < count; i++) {
        threads.add(new Thread(this::compute));
        threads.get(i).start();
      }
    }

    private void compute() {
      while (!ended.get()) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void close() throws InterruptedException {
      ended.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }
}
