package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class XlaRunTest {
  /** XLA fuses element-wise ops, which rounds some intermediate results less. */
  private static final double ROUNDING = 1e-5;

  private static final String CONFIG =
      """
      name: "clustered"
      distill {
        teacher { path: "savedmodels/tiny-teacher" }
        student_image {
          color_jitter { brightness: 0.4 contrast: 0.4 saturation: 0.2 hue: 0.1 }
          blur {}
          solarize {}
        }
      }
      model { vit { image_size: 48 patch_size: 8 width: 16 depth: 1 heads: 2 } }
      train_data { noise { examples: 16 } batch_size: 4 augment {} max_bad_share: 0 }
      schedule { length { steps: 3 } warmup { steps: 1 } }
      log { every_steps: 1 report: false }
      export { at_end: false }
      """;

  @TempDir Path root;

  /** XLA forms its clusters in the step, and in no function that makes its images. */
  @Test
  void theImagesAreThoseOfARunWithoutXla() throws IOException {
    Map<String, Double> plain = train("OFF");
    Map<String, Double> clustered = train("AUTO");
    assertThat(clustered.keySet()).isEqualTo(plain.keySet()).contains("3/loss");
    plain.forEach(
        (key, value) ->
            assertThat(clustered.get(key)).as(key).isCloseTo(value, within(ROUNDING * value)));
  }

  private Map<String, Double> train(String xla) throws IOException {
    Path run = root.resolve(xla);
    String config = TinyConfigs.write(root.resolve(xla + ".txtpb"), CONFIG);
    CommandRun.done("train", config, "--workdir", run.toString(), "--set", "runtime.xla=" + xla);
    assertThat(run.resolve("unreadable-training-images.txt")).doesNotExist();
    return TenSteps.logged(run);
  }
}
