package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.fdistill.testing.JavaChild;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run of a masked student whose process is killed draws the same masks when it goes on. */
@Tag("slow")
class MaskedKillTest {
  private static final int FIRST = 25;
  private static final int ALL = 40;

  private static final String CONFIG =
      """
      name: "masked"
      seed: 3
      distill {
        teacher { path: "savedmodels/tiny-teacher" input_range: BYTES }
        %s
        student_image {
          color_jitter { brightness: 0.4 hue: 0.1 probability: 0.8 }
          grey_probability: 0.2
          blur {}
          solarize {}
        }
      }
      model { vit { image_size: 48 patch_size: 8 width: 64 depth: 2 heads: 2 } }
      train_data { noise { examples: 100 } batch_size: 32 augment {} }
      optimizer { accumulation: 2 }
      schedule { length { steps: 40 } learning_rate: 1e-3 scale_by_batch: 0 }
      checkpoint { every_steps: 25 keep_last: 4 }
      log { every_steps: 1 tensorboard: false report: false }
      export { at_end: false }
      """;

  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mask { ratio: 0.75 }",
        "mask { ratio: 0.5 kind: BLOCKWISE min_block: 4 } aligned: ALL"
            + " decoder { width: 16 heads: 2 depth: 1 }"
      })
  void fortyStepsEqualTwentyFiveAKillAndFifteenMore(String mask) throws Exception {
    Path config = Files.writeString(root.resolve("run.txtpb"), CONFIG.formatted(mask));
    Path straight = root.resolve("straight");
    CommandRun.done("train", config.toString(), "--workdir", straight.toString());

    Path killed = root.resolve("killed");
    Process child = child(config, killed);
    await(child, killed.resolve("checkpoints/step-" + FIRST));
    child.destroyForcibly();
    assertThat(child.waitFor()).isEqualTo(137);
    assertThat(killed.resolve("checkpoints/step-" + ALL)).doesNotExist();

    CommandRun.done("train", config.toString(), "--workdir", killed.toString());
    Map<String, float[]> expected = TenSteps.variables(straight, ALL);
    Map<String, float[]> actual = TenSteps.variables(killed, ALL);
    assertThat(actual.keySet()).isNotEmpty().isEqualTo(expected.keySet());
    assertThat(actual.keySet())
        .allMatch(name -> Arrays.equals(actual.get(name), expected.get(name)));
    assertThat(TenSteps.logged(killed)).isEqualTo(TenSteps.logged(straight));
  }

  private static Process child(Path config, Path folder) throws IOException {
    return JavaChild.silent(Main.class, "train", config.toString(), "--workdir", folder.toString())
        .start();
  }

  private static void await(Process child, Path file) throws InterruptedException {
    while (!Files.exists(file)) {
      assertThat(child.isAlive()).as("the child ended early").isTrue();
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }
}
