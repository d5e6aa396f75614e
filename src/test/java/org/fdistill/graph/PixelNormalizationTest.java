package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class PixelNormalizationTest {
  /** Two lines of three pixels: the channels' values differ. */
  private static final float[] PIXELS = {
    0, 255, 51, 102, 204, 17, 1, 2, 3, 250, 128, 90, 33, 66, 99, 255, 255, 255
  };

  private static final PixelNormalization NORMALIZATION =
      new PixelNormalization(List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f));

  static Stream<Shape> known() {
    return Stream.of(
        Shape.of(1, 2, 3, 3), Shape.of(-1, 2, 3, 3), Shape.of(1, -1, -1, 3), Shape.unknown());
  }

  @ParameterizedTest
  @MethodSource("known")
  void eachChannelHasItsMeanAndItsDeviationWhateverIsKnownOfTheShape(Shape known) {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> pixels = tf.placeholderWithDefault(run.input(PIXELS, 1, 2, 3, 3), known);
      Operand<TFloat32> normalized = NORMALIZATION.apply(tf, pixels);
      if (!known.isUnknown()) {
        assertThat(normalized.shape().get(2)).isEqualTo(known.get(2));
      }
      Operand<TFloat32> shape = tf.dtypes.cast(tf.shape(normalized), TFloat32.class);
      assertThat(run.run(List.of(normalized, shape)))
          .containsExactly(expected(), new float[] {1, 2, 3, 3});
    }
  }

  /** A product and a difference, each rounded, with the factor and the offset rounded before. */
  private static float[] expected() {
    float[] expected = new float[PIXELS.length];
    for (int i = 0; i < expected.length; i++) {
      double mean = NORMALIZATION.mean().get(i % 3);
      double std = NORMALIZATION.std().get(i % 3);
      float scaled = PIXELS[i] * (float) (1 / (255 * std));
      expected[i] = scaled - (float) (mean / std);
    }
    return expected;
  }
}
