package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** Against timm's Mixup, and the law of its draws. */
final class MixupTest {
  private static final Golden GOLDEN = Golden.open("augment/mixup");
  private static final int DRAWS = 4000;
  private static final int SIDE = 20;

  @TestFactory
  Stream<DynamicTest> batchesAreMixedAsTimmDoes() {
    return IntStream.range(0, GOLDEN.description().getAsJsonArray("cases").size())
        .mapToObj(
            i -> {
              JsonObject c = GOLDEN.description().getAsJsonArray("cases").get(i).getAsJsonObject();
              return DynamicTest.dynamicTest(c.toString(), () -> compare(i, c));
            });
  }

  private static void compare(int i, JsonObject c) {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> images = run.input(GOLDEN.array("images").floats(), 4, 12, 12, 3);
      Operand<TFloat32> draws =
          tf.tile(tf.expandDims(draw(tf, c), tf.constant(0)), tf.constant(new int[] {4, 1}));
      Operand<TFloat32> mixed = Mixup.mixImages(tf, images, draws);
      Operand<TFloat32> targets = Mixup.mixTargets(tf, smoothed(run), draws);
      List<float[]> results = run.run(List.of(mixed, targets));
      // Two products and a sum, of numbers up to 4, in another order: some units of 2^-22.
      assertThat(results.get(0))
          .containsExactly(GOLDEN.array(i + "/images").floats(), within(1e-6f));
      assertThat(results.get(1))
          .containsExactly(GOLDEN.array(i + "/targets").floats(), within(1e-6f));
    }
  }

  private static Operand<TFloat32> draw(Ops tf, JsonObject c) {
    Operand<TFloat64> share = tf.constant(c.get("share").getAsDouble());
    return c.get("cut").getAsBoolean()
        ? Mixup.cutmix(
            tf,
            share,
            tf.constant(c.get("row").getAsInt()),
            tf.constant(c.get("column").getAsInt()),
            12)
        : Mixup.mixup(tf, share);
  }

  private static Operand<TFloat32> smoothed(GraphRun run) {
    int classes = GOLDEN.description().get("classes").getAsInt();
    float smoothing = GOLDEN.description().get("smoothing").getAsFloat();
    long[] labels = GOLDEN.array("labels").longs();
    float[] targets = new float[labels.length * classes];
    Arrays.fill(targets, smoothing / classes);
    for (int b = 0; b < labels.length; b++) {
      targets[b * classes + (int) labels[b]] += 1 - smoothing;
    }
    return run.input(targets, labels.length, classes);
  }

  private static List<float[]> draws(Mixup mixup) {
    return ImageRun.ofSeeds(
        DRAWS,
        TFloat32.class,
        Mixup.SHAPE,
        (tf, seed) -> mixup.draw(tf, seed, SIDE),
        drawn ->
            IntStream.range(0, DRAWS)
                .mapToObj(
                    i -> {
                      float[] row = new float[6];
                      drawn
                          .get(i)
                          .copyTo(NdArrays.wrap(Shape.of(6), DataBuffers.of(row, false, false)));
                      return row;
                    })
                .toList());
  }

  private static double share(List<float[]> draws, ToDoubleFunction<float[]> indicator) {
    return draws.stream().mapToDouble(indicator).average().orElseThrow();
  }

  private static boolean isCut(float[] draw) {
    return draw[4] > draw[2];
  }

  /**
   * Bounds are four deviations of the mean of so many draws. Beta(0.8, 0.8) has mean 0.5 and
   * variance 1 / (4 * 2.6), and lies below 0.1 with probability 0.1422 (SciPy).
   */
  @Test
  void mixupsShareIsBeta() {
    List<float[]> draws = draws(new Mixup(0.8, 0, 1, 0.5));
    double variance = 1 / (4 * 2.6);
    assertThat(share(draws, d -> d[0])).isCloseTo(0.5, within(4 * Math.sqrt(variance / DRAWS)));
    assertThat(share(draws, d -> (d[0] - 0.5) * (d[0] - 0.5))).isCloseTo(variance, within(0.006));
    assertThat(share(draws, d -> d[0] < 0.1 ? 1 : 0)).isCloseTo(0.1422, within(0.022));
    assertThat(draws).allMatch(d -> d[0] == d[1] && !isCut(d));
  }

  @Test
  void halfOfTheBatchesAreCut() {
    List<float[]> draws = draws(new Mixup(0.8, 1, 1, 0.5));
    // Rectangles of a side below one pixel, 1 in 400, are empty.
    assertThat(share(draws, d -> isCut(d) ? 1 : 0)).isCloseTo(0.5 * (1 - 1 / 400.0), within(0.032));
    assertThat(draws).allMatch(d -> !isCut(d) || d[0] == 1);
    for (float[] d : draws) {
      double area = (d[4] - d[2]) * (d[5] - d[3]) / (SIDE * SIDE);
      if (isCut(d)) {
        assertThat((double) d[1]).isCloseTo(1 - area, within(1e-6));
        assertThat(new float[] {d[2], d[3]}).containsExactly(Math.max(0, d[2]), Math.max(0, d[3]));
        assertThat(d[4] <= SIDE && d[5] <= SIDE).isTrue();
      }
    }
  }

  @Test
  void theProbabilityIsThatOfABatch() {
    List<float[]> draws = draws(new Mixup(0.8, 1, 0.3, 0.5));
    assertThat(share(draws, d -> d[1] < 1 ? 1 : 0)).isCloseTo(0.3, within(0.03));
    assertThat(draws(new Mixup(0, 1, 1, 0.5))).allMatch(d -> d[0] == 1);
  }

  /** The golden of a rectangle in the middle must differ where it lies and nowhere else. */
  @Test
  void mixingReversesTheBatch() {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> images = run.input(new float[] {1, 2, 3, 4}, 4, 1, 1, 1);
      Operand<TFloat32> draws =
          run.input(new float[] {0.25f, 0.25f, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9}, 2, 6);
      assertThat(run.run(List.of(Mixup.mixImages(tf, images, draws))).get(0))
          .containsExactly(3.25f, 2.75f, 2.25f, 1.75f);
    }
  }
}
