package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A student that starts from a published checkpoint. */
class InitFromImportTest {
  @TempDir Path root;

  /** MAE's fixed positions are computed; its learned ones go to a larger grid. */
  @Tag("slow")
  @ParameterizedTest
  @CsvSource({
    "absolute_position_kind: SIN_COS_MAE, 32, pos_embed",
    "absolute_position_kind: LEARNED, 48, resampled from 4 x 4 to 6 x 6"
  })
  void anImportIsAStudentsBeginning(String positions, int side, String said) throws IOException {
    Path start = root.resolve("start");
    Path checkpoint = Golden.resource("golden/import/mae-encoder/mae_pretrain_vit_base.pth");
    CommandRun.done(
        "import-teacher",
        "--arch=mae",
        "--checkpoint=" + checkpoint,
        "--out=" + start,
        "--set=model.vit.heads=2");
    String student =
        """
        name: "mae-student"
        classify { classes: 4 }
        model {
          init_from: "%s"
          vit {
            image_size: %d patch_size: 8 width: 16 depth: 2 heads: 2
            absolute_position: true %s
            relative_position_shared: false layer_scale: 0 qkv_bias: FULL_BIAS
          }
        }
        train_data { noise { examples: 16 classes: 4 } image_size: %d batch_size: 8 }
        schedule { length { steps: 1 } learning_rate: 1e-3 scale_by_batch: 0 }
        log { report: false }
        """
            .formatted(start, side, positions, side);
    String config = TinyConfigs.write(root.resolve("student.txtpb"), student);
    assertThat(started(config)).contains("student/blocks/01/attn/qkv/kernel", said);
    Path run = root.resolve("run");
    Path model = Path.of(CommandRun.done("export", run.toString()).out().strip());
    assertThat(model.resolve("assets.extra/model_card.md"))
        .content()
        .contains("- weights: " + start, "- their licence: CC-BY-NC-4.0");
    assertThat(model.resolve("teacher.txtpb")).content().contains("started from", "CC-BY-NC-4.0");
  }

  /** Rotary positions have no table: the weights fit any size of images. */
  @Tag("slow")
  @Test
  void rotaryPositionsFitAnySize() throws IOException {
    Path start = root.resolve("start");
    String file = "golden/import/dinov3-hub/dinov3_vits16_pretrain_lvd1689m-08c60483.pth";
    CommandRun.done(
        "import-teacher",
        "--arch=dinov3",
        "--checkpoint=" + Golden.resource(file),
        "--out=" + start,
        "--image-size=24");
    String student =
        """
        name: "dinov3-student"
        classify { classes: 4 }
        model {
          init_from: "%s"
          vit {
            image_size: 40 patch_size: 8 width: 16 depth: 2 heads: 2 register_tokens: 4
            rotary_position: DINOV3_BFLOAT16 relative_position_shared: false layer_norm_epsilon: 1e-5
          }
        }
        train_data { noise { examples: 16 classes: 4 } image_size: 40 batch_size: 8 }
        schedule { length { steps: 1 } learning_rate: 1e-3 scale_by_batch: 0 }
        """
            .formatted(start);
    assertThat(started(TinyConfigs.write(root.resolve("student.txtpb"), student)))
        .contains("student/blocks/01/attn/v_bias")
        .doesNotContain("resampled", "model.vit.");
  }

  /** Trains; what the run says of its beginning. */
  private String started(String config) throws IOException {
    Path run = root.resolve("run");
    CommandRun.done("train", config, "--workdir=" + run);
    return Files.readString(run.resolve("init_from.txt"));
  }
}
