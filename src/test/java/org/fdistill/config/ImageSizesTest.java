package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Test;

class ImageSizesTest {
  private static RunConfig run(String model) {
    return RunConfigs.parse(
        """
        name: "sized" seed: 1
        distill { teacher { path: "savedmodels/somebody" } }
        model { %s }
        train_data { batch_size: 2 noise {} augment {} }
        validation_data { batch_size: 2 noise {} }
        schedule { length { epochs: 1 } }
        """
            .formatted(model),
        "test",
        List.of());
  }

  @Test
  void networkAndDataTakeTheNewSize() {
    RunConfig changed = ImageSizes.changed(run("vit { image_size: 224 }"), 384);
    assertThat(changed.getModel().getVit().getImageSize()).isEqualTo(384);
    assertThat(changed.getTrainData().getImageSize()).isEqualTo(384);
    assertThat(changed.getValidationData().getImageSize()).isEqualTo(384);
  }

  /** As the published networks for 384 do: 12 in place of 7. */
  @Test
  void windowsOfASwinGrowWithItsImages() {
    RunConfig changed =
        ImageSizes.changed(
            run("swin { image_size: 224 window: 7 depths: [2, 2, 6, 2] heads: [4, 8, 16, 32] }"),
            384);
    assertThat(changed.getModel().getSwin().getWindow()).isEqualTo(12);
  }

  /**
   * At 256 with 16 the last stage is one window of 8, as in the published pretrained_window_sizes.
   */
  @Test
  void versionTwoGoesOnToDivideByTheWindowsOfItsTraining() {
    RunConfig changed =
        ImageSizes.changed(
            run(
                "swin_v2 { image_size: 256 window: 16 depths: [2, 2, 18, 2] heads: [4, 8, 16, 32]"
                    + " }"),
            384);
    assertThat(changed.getModel().getSwinV2().getWindow()).isEqualTo(24);
    assertThat(changed.getModel().getSwinV2().getPositionWindowList())
        .containsExactly(16, 16, 16, 8);
    assertThat(ImageSizes.changed(changed, 512).getModel().getSwinV2().getPositionWindowList())
        .containsExactly(16, 16, 16, 8);
  }

  @Test
  void aSizeThatTheNetworkCannotTakeIsRefused() {
    assertThatThrownBy(() -> ImageSizes.changed(run("vit { image_size: 224 }"), 225))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("225")
        .hasMessageContaining("patch_size");
    assertThatThrownBy(
            () ->
                ImageSizes.changed(
                    run(
                        "swin { image_size: 224 window: 7 depths: [2, 2, 6, 2] heads: [4, 8, 16,"
                            + " 32] }"),
                    230))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("230");
  }
}
