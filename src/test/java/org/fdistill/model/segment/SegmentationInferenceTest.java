package org.fdistill.model.segment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import java.util.List;
import org.fdistill.graph.PixelNormalization;
import org.fdistill.proto.SegmentInference;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Sliding windows beside a plain loop over them, in double. */
class SegmentationInferenceTest {
  private static final int SIDE = 8;
  private static final int GRID = 4;
  private static final int CLASSES = 2;
  private static final List<Float> MEAN = List.of(0.4f, 0.5f, 0.6f);
  private static final double TIMES_TWO = 2;

  /** A map of numbers, row by row. */
  @SuppressWarnings("ArrayRecordComponent") // Read, never compared.
  private record Map2(int height, int width, double[] values) {
    double at(int y, int x) {
      return values[y * width + x];
    }
  }

  @ParameterizedTest
  @CsvSource({
    // One window, several with overlap, a last one moved back, sides shorter than a window.
    "8, 8, 5, 0, 16", "8, 13, 5, 0, 16", "21, 13, 5, 0, 16", "19, 9, 8, 0, 16", "5, 11, 3, 0, 16",
    // Scaled up and down before, by the shorter and by the longer side; a single pixel.
    "5, 7, 5, 9, 30", "40, 20, 5, 10, 40", "30, 10, 5, 9, 18", "1, 1, 5, 8, 16", "1, 40, 5, 9, 16"
  })
  void slidingWindowsAreThoseOfAPlainLoop(
      int height, int width, int stride, int shorter, int longer) throws Exception {
    String config =
        "stride: %d shorter_side: %d longer_side: %d".formatted(stride, shorter, longer);
    compare(config, height, width, loop(image(height, width), stride, shorter, longer));
  }

  @Test
  void wholeScalesTheLongerSideIntoOneWindow() throws Exception {
    compare("mode: WHOLE", 6, 16, loop(image(6, 16), SIDE, 3, 8));
  }

  @Test
  void twoThirdsIsTheStrideThatIsNotSet() {
    SegmentationInference usual =
        new SegmentationInference(
            SegmentInference.getDefaultInstance(), 512, new PixelNormalization(MEAN, MEAN));
    assertThat(usual.stride()).isEqualTo(341);
  }

  private static void compare(String config, int height, int width, double[] expected)
      throws Exception {
    SegmentInference how = TextFormat.parse(config, SegmentInference.class);
    try (GraphRun run = new GraphRun()) {
      float[] pixels = pixels(height, width);
      Operand<TFloat32> images = run.input(pixels, 1, height, width, 3);
      Operand<TFloat32> logits =
          new SegmentationInference(how, SIDE, new PixelNormalization(MEAN, MEAN))
              .logits(run.tf(), images, windows -> network(run.tf(), windows));
      float[] actual = run.run(List.of(logits)).get(0);
      // Sums of some ten terms, twice.
      assertThat(Tolerance.error(actual, expected)).isLessThan(1e-5);
    }
  }

  /** Red means of 2 by 2 pixels, and twice these plus the place's number: windows differ. */
  private static Operand<TFloat32> network(Ops tf, Operand<TFloat32> windows) {
    Operand<TFloat32> red =
        tf.slice(windows, tf.constant(new int[4]), tf.constant(new int[] {-1, SIDE, SIDE, 1}));
    Operand<TFloat32> first =
        tf.nn.avgPool(red, List.of(1L, 2L, 2L, 1L), List.of(1L, 2L, 2L, 1L), "VALID");
    float[] places = new float[GRID * GRID];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }
    Operand<TFloat32> numbers =
        tf.reshape(tf.constant(places), tf.constant(new int[] {1, GRID, GRID, 1}));
    Operand<TFloat32> second =
        tf.math.add(tf.math.mul(first, tf.constant((float) TIMES_TWO)), numbers);
    return tf.concat(List.of(first, second), tf.constant(3));
  }

  /** All logits [H, W, K] by a loop over windows, as mmsegmentation does it. */
  private static double[] loop(Map2 image, int stride, int shorter, int longer) {
    Map2 shown = shorter == 0 ? image : scaled(image, shorter, longer);
    int high = Math.max(SIDE, shown.height());
    int wide = Math.max(SIDE, shown.width());
    double[][] sums = new double[CLASSES][high * wide];
    double[] counts = new double[high * wide];
    for (int i = 0; i < windows(high, stride); i++) {
      for (int j = 0; j < windows(wide, stride); j++) {
        int top = Math.min(i * stride, high - SIDE);
        int left = Math.min(j * stride, wide - SIDE);
        add(shown, top, left, wide, sums, counts);
      }
    }
    double[] result = new double[image.height() * image.width() * CLASSES];
    for (int k = 0; k < CLASSES; k++) {
      double[] mean = new double[shown.height() * shown.width()];
      for (int p = 0; p < mean.length; p++) {
        int from = p / shown.width() * wide + p % shown.width();
        mean[p] = sums[k][from] / counts[from];
      }
      Map2 map = new Map2(shown.height(), shown.width(), mean);
      Map2 large = resized(map, image.height(), image.width());
      for (int p = 0; p < large.values().length; p++) {
        result[p * CLASSES + k] = large.values()[p];
      }
    }
    return result;
  }

  private static int windows(int length, int stride) {
    return Math.max(length - SIDE + stride - 1, 0) / stride + 1;
  }

  private static void add(
      Map2 shown, int top, int left, int wide, double[][] sums, double[] counts) {
    double[] first = new double[GRID * GRID];
    double[] second = new double[GRID * GRID];
    for (int p = 0; p < first.length; p++) {
      for (int q = 0; q < 4; q++) {
        int y = top + 2 * (p / GRID) + q / 2;
        int x = left + 2 * (p % GRID) + q % 2;
        boolean inside = y < shown.height() && x < shown.width();
        first[p] += (inside ? shown.at(y, x) : MEAN.get(0) * 255.0) / 4;
      }
      second[p] = TIMES_TWO * first[p] + p;
    }
    List<double[]> both = List.of(first, second);
    for (int k = 0; k < CLASSES; k++) {
      Map2 large = resized(new Map2(GRID, GRID, both.get(k)), SIDE, SIDE);
      for (int p = 0; p < SIDE * SIDE; p++) {
        int to = (top + p / SIDE) * wide + left + p % SIDE;
        sums[k][to] += large.values()[p];
        counts[to] += k == 0 ? 1 : 0;
      }
    }
  }

  private static Map2 scaled(Map2 image, int shorter, int longer) {
    double least = Math.min(image.height(), image.width());
    double most = Math.max(image.height(), image.width());
    double factor = Math.min(shorter / least, longer / most);
    int height = (int) Math.max(1, Math.floor(image.height() * factor + 0.5));
    int width = (int) Math.max(1, Math.floor(image.width() * factor + 0.5));
    Map2 resized = resized(image, height, width);
    double[] rounded = new double[resized.values().length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = Math.floor(resized.values()[i] + 0.5);
    }
    return new Map2(height, width, rounded);
  }

  /** Bilinear between the centres of pixels. */
  private static Map2 resized(Map2 map, int height, int width) {
    double[] values = new double[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double down = Math.max(0, (y + 0.5) * map.height() / height - 0.5);
        double across = Math.max(0, (x + 0.5) * map.width() / width - 0.5);
        int top = (int) down;
        int left = (int) across;
        int bottom = Math.min(top + 1, map.height() - 1);
        int right = Math.min(left + 1, map.width() - 1);
        double upper = mix(map.at(top, left), map.at(top, right), across - left);
        double lower = mix(map.at(bottom, left), map.at(bottom, right), across - left);
        values[y * width + x] = mix(upper, lower, down - top);
      }
    }
    return new Map2(height, width, values);
  }

  private static double mix(double first, double second, double share) {
    return first * (1 - share) + second * share;
  }

  private static float[] pixels(int height, int width) {
    int[] drawn = DeterministicValues.integers("pixels", height * width * 3, 256);
    float[] pixels = new float[drawn.length];
    for (int i = 0; i < drawn.length; i++) {
      pixels[i] = drawn[i];
    }
    return pixels;
  }

  /** The red ones. */
  private static Map2 image(int height, int width) {
    float[] pixels = pixels(height, width);
    double[] red = new double[height * width];
    for (int i = 0; i < red.length; i++) {
      red[i] = pixels[3 * i];
    }
    return new Map2(height, width, red);
  }
}
