package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A student that starts from a published checkpoint. */
class InitFromImportTest {
  @TempDir Path root;

  /** MAE's fixed positions are computed; its learned ones go to a larger grid. */
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
        """
            .formatted(start, side, positions, side);
    String config = TinyConfigs.write(root.resolve("student.txtpb"), student);
    Path run = root.resolve("mae-run");
    CommandRun.done("train", config, "--workdir=" + run);
    assertThat(Files.readString(run.resolve("init_from.txt")))
        .contains("student/blocks/01/attn/qkv/kernel", said);
    Path model = Path.of(CommandRun.done("export", run.toString()).out().strip());
    assertThat(model.resolve("assets.extra/model_card.md"))
        .content()
        .contains("- weights: " + start, "- their licence: CC-BY-NC-4.0");
    assertThat(model.resolve("teacher.txtpb")).content().contains("started from", "CC-BY-NC-4.0");
  }
}
