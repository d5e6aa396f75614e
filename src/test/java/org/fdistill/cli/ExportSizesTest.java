package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fdistill.graph.LoadedModel;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * {@code export --image-size} of networks whose positions lie in attention alone. On an image of
 * one colour all tokens of such a network are the same, whatever their number and place: its
 * features at any size are those at the size it was trained at.
 */
@Tag("slow")
class ExportSizesTest {
  private static final int TRAINED = 32;
  private static final int WIDTH = 32;
  private static final String SIZES = "depths: [1, 1] heads: [2, 4] window: 4";

  @TempDir Path root;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "swin { image_size: 32 patch_size: 4 width: 16 " + SIZES + " } | 48",
        "swin_v2 { image_size: 32 patch_size: 4 width: 16 " + SIZES + " } | 64",
        "vit { image_size: 32 patch_size: 8 width: 32 depth: 2 heads: 2 class_token: false"
            + " relative_position_shared: false rotary_position: DINOV3 } | 48",
        "vit { image_size: 32 patch_size: 8 width: 32 depth: 2 heads: 2 class_token: false"
            + " relative_position_shared: false rotary_position: EVA02 } | 40"
      })
  void anExportOfAnotherSizeRuns(String model, int side) {
    CommandRun.done(
        "train",
        TinyConfigs.classify(root),
        "--workdir=" + root.resolve("run"),
        "--set=model={ " + model + " }",
        "--set=train_data.image_size=32",
        "--set=validation_data.image_size=32",
        "--set=export.at_end=false");
    CommandRun.done(
        "export",
        root.resolve("run").toString(),
        "--out=" + root.resolve("sizes"),
        "--image-size=" + TRAINED,
        "--image-size=" + side);
    float[] noise = DeterministicValues.uniform("pixels", side * side * 3, 127.5f, 127.5f);

    double[] expected = doubles(pooled(1, TRAINED, colour(TRAINED)));
    // Means over up to 144 tokens, and as many weights of attention.
    assertThat(Tolerance.error(pooled(2, side, colour(side)), expected)).isLessThan(1e-5);
    assertThat(Tolerance.error(pooled(2, side, noise), expected)).isGreaterThan(1e-2);
  }

  private static float[] colour(int side) {
    float[] pixels = new float[side * side * 3];
    Arrays.fill(pixels, 200);
    return pixels;
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  private float[] pooled(int version, int side, float[] pixels) {
    Path folder = root.resolve("sizes/" + version);
    try (LoadedModel model = LoadedModel.load(folder);
        TFloat32 image = TFloat32.tensorOf(Shape.of(1, side, side, 3), DataBuffers.of(pixels))) {
      return model
          .call(
              "serving_default",
              image,
              List.of("pooled"),
              (name, tensor) -> {
                float[] values = new float[WIDTH];
                ((TFloat32) tensor).copyTo(DataBuffers.of(values, false, false));
                return values;
              })
          .get("pooled");
    }
  }
}
