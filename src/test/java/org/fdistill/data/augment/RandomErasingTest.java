package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.fdistill.graph.BatchShare;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The law of the rectangles against timm's, and what erasing does to a batch. */
final class RandomErasingTest {
  private static final int DRAWS = 4000;

  /** Of 60 comparisons one goes four deviations wrong by chance once in 260 seeds. */
  private static final double DEVIATIONS = 4;

  private static final BatchShare ALONE = new BatchShare(1, 0, 2);
  private static final Golden GOLDEN = Golden.open("augment/erasing");
  private static final int SIDE = GOLDEN.description().get("side").getAsInt();

  /** Top, left, bottom and right of each rectangle, image by image. */
  private static int[][] boxes(RandomErasing erasing) {
    int count = erasing.maxCount();
    return ImageRun.ofSeeds(
        DRAWS,
        TInt32.class,
        erasing.boxesShape(),
        (tf, seed) -> erasing.boxes(tf, seed, SIDE),
        tensor -> {
          int[] flat = new int[DRAWS * count * 4];
          tensor.asRawTensor().data().asInts().read(flat);
          return IntStream.range(0, DRAWS * count)
              .mapToObj(i -> Arrays.copyOfRange(flat, 4 * i, 4 * i + 4))
              .toArray(int[][]::new);
        });
  }

  private static boolean isUsed(int[] box) {
    return box[2] > box[0] && box[3] > box[1];
  }

  @Test
  void rectanglesFollowTimmsLaw() {
    List<int[]> boxes =
        Arrays.stream(boxes(new RandomErasing(1, 0.02, 1 / 3.0, 0.3, 1)))
            .filter(RandomErasingTest::isUsed)
            .toList();
    // Ten tries hardly ever fail.
    assertThat(boxes.size()).isGreaterThan(DRAWS - 20);
    compare(boxes, "top", b -> b[0]);
    compare(boxes, "left", b -> b[1]);
    compare(boxes, "height", b -> b[2] - b[0]);
    compare(boxes, "width", b -> b[3] - b[1]);
    assertThat(boxes.stream().allMatch(b -> b[0] >= 0 && b[1] >= 0 && b[2] <= SIDE && b[3] <= SIDE))
        .isTrue();
  }

  private static void compare(List<int[]> boxes, String quantity, ToDoubleFunction<int[]> value) {
    long[] at = GOLDEN.array(quantity + "/at").longs();
    double[] share = GOLDEN.array(quantity + "/share").doubles();
    double theirs = GOLDEN.description().get("draws").getAsDouble();
    for (int i = 0; i < at.length; i++) {
      long threshold = at[i];
      double ours =
          boxes.stream().filter(b -> value.applyAsDouble(b) <= threshold).count()
              / (double) boxes.size();
      double deviation = Math.sqrt(share[i] * (1 - share[i]) * (1.0 / boxes.size() + 1 / theirs));
      assertThat(ours)
          .as("share of %s up to %d", quantity, threshold)
          .isCloseTo(share[i], within(DEVIATIONS * deviation));
    }
  }

  @Test
  void aQuarterOfTheImagesIsErased() {
    int[][] boxes = boxes(new RandomErasing(0.25, 0.02, 1 / 3.0, 0.3, 1));
    double erased = Arrays.stream(boxes).filter(RandomErasingTest::isUsed).count() / (double) DRAWS;
    assertThat(erased).isCloseTo(0.25, within(4 * Math.sqrt(0.25 * 0.75 / DRAWS)));
  }

  /** One, two or three, equally often; the area is shared out. */
  @Test
  void theNumberOfRectanglesIsUniform() {
    int[][] boxes = boxes(new RandomErasing(1, 0.3, 0.3, 1, 3));
    double[] shares = new double[4];
    for (int i = 0; i < DRAWS; i++) {
      int[][] ofImage = Arrays.copyOfRange(boxes, 3 * i, 3 * i + 3);
      int count = (int) Arrays.stream(ofImage).filter(RandomErasingTest::isUsed).count();
      shares[count] += 1.0 / DRAWS;
      int side = (int) Math.rint(Math.sqrt(0.3 / count * SIDE * SIDE));
      assertThat(ofImage[0][2] - ofImage[0][0]).isEqualTo(side);
    }
    for (int count = 1; count <= 3; count++) {
      assertThat(shares[count]).isCloseTo(1 / 3.0, within(4 * Math.sqrt(2 / 9.0 / DRAWS)));
    }
  }

  /** Rows of 75 numbers, which Philox makes four at a time. */
  @Test
  void eachWorkerDrawsTheNoiseOfItsRows() {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TInt32> seed =
          tf.dtypes.cast(tf.stack(List.of(run.scalar(3), run.scalar(4))), TInt32.class);
      List<Operand<TFloat32>> noises = new ArrayList<>();
      noises.add(BatchNoise.normal(tf, Shape.of(15, 5, 5, 3), seed, new BatchShare(1, 0, 15)));
      for (int w = 0; w < 3; w++) {
        noises.add(BatchNoise.normal(tf, Shape.of(5, 5, 5, 3), seed, new BatchShare(3, w, 5)));
      }
      List<float[]> drawn = run.run(noises);
      for (int w = 0; w < 3; w++) {
        int at = 0;
        for (BatchShare.Rows rows : new BatchShare(3, w, 5).rows()) {
          int first = 75 * rows.first();
          assertThat(Arrays.copyOfRange(drawn.get(1 + w), at, at += 75 * rows.size()))
              .isEqualTo(Arrays.copyOfRange(drawn.get(0), first, first + 75 * rows.size()));
        }
      }
    }
  }

  @Test
  void insideIsStandardNormalNoiseAndOutsideStays() {
    int side = 40;
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      float[] pixels = new float[2 * side * side * 3];
      Arrays.fill(pixels, 7);
      Operand<TFloat32> images = run.input(pixels, 2, side, side, 3);
      Operand<TInt32> boxes =
          tf.constant(
              new int[][][] {{{3, 5, 33, 38}, {0, 0, 0, 0}}, {{0, 0, 1, 1}, {39, 39, 40, 40}}});
      Operand<TInt32> seed =
          tf.dtypes.cast(tf.stack(List.of(run.scalar(1), run.scalar(2))), TInt32.class);
      float[] erased = run.run(List.of(RandomErasing.erase(tf, images, boxes, seed, ALONE))).get(0);
      int inside = 30 * 33 * 3;
      assertThat(different(erased, 0, side)).isEqualTo(inside);
      assertThat(different(erased, 1, side)).isEqualTo(6);
      double mean = 0;
      double square = 0;
      for (int i = 0; i < side * side * 3; i++) {
        if (erased[i] != 7) {
          int row = i / 3 / side;
          int column = i / 3 % side;
          assertThat(row >= 3 && row < 33 && column >= 5 && column < 38).isTrue();
          mean += erased[i] / inside;
          square += erased[i] * erased[i] / inside;
        }
      }
      assertThat(mean).isCloseTo(0, within(4 / Math.sqrt(inside)));
      assertThat(square).isCloseTo(1, within(4 * Math.sqrt(2.0 / inside)));
    }
  }

  private static long different(float[] values, int image, int side) {
    int length = side * side * 3;
    return IntStream.range(image * length, (image + 1) * length)
        .filter(i -> values[i] != 7)
        .count();
  }
}
