package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.testing.Golden;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.data.DatasetToSingleElement;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** The law of the boxes against torchvision's. */
final class RandomResizedCropTest {
  private static final int DRAWS = 20_000;

  /** 285 comparisons: one of them goes 4.5 deviations wrong by chance once in 500 seeds. */
  private static final double DEVIATIONS = 4.5;

  private static final Golden GOLDEN = Golden.open("data/boxes");

  /** Several tests look at the same draws. */
  private static final Map<String, int[][]> DRAWN = new HashMap<>();

  @TestFactory
  Stream<DynamicTest> boxesFollowTorchvisionsLaw() {
    return GOLDEN.description().getAsJsonArray("cases").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(c -> DynamicTest.dynamicTest(c.get("name").getAsString(), () -> followsTheLaw(c)));
  }

  private static void followsTheLaw(JsonObject c) {
    RandomResizedCrop crop =
        new RandomResizedCrop(
            c.get("min_scale").getAsDouble(),
            c.get("max_scale").getAsDouble(),
            3 / 4.0,
            4 / 3.0,
            0.5,
            32);
    int[][] boxes = draws(crop, c.get("height").getAsInt(), c.get("width").getAsInt());
    Map<String, int[]> quantities =
        Map.of(
            "top", column(boxes, 0),
            "left", column(boxes, 1),
            "height", column(boxes, 2),
            "width", column(boxes, 3),
            "area", Arrays.stream(boxes).mapToInt(b -> b[2] * b[3]).toArray());
    double theirDraws = GOLDEN.description().get("draws").getAsDouble();
    quantities.forEach(
        (quantity, values) -> {
          String name = c.get("name").getAsString() + "/" + quantity;
          long[] at = GOLDEN.array(name + "/at").longs();
          double[] share = GOLDEN.array(name + "/share").doubles();
          for (int i = 0; i < at.length; i++) {
            int threshold = (int) at[i];
            double ours =
                Arrays.stream(values).filter(v -> v <= threshold).count() / (double) DRAWS;
            double deviation =
                Math.sqrt(share[i] * (1 - share[i]) * (1.0 / DRAWS + 1 / theirDraws));
            assertThat(ours)
                .as("share of %s up to %d", name, threshold)
                .isCloseTo(share[i], within(DEVIATIONS * deviation));
          }
        });
  }

  private static int[] column(int[][] boxes, int i) {
    return Arrays.stream(boxes).mapToInt(b -> b[i]).toArray();
  }

  @Test
  void everyBoxLiesInTheImage() {
    RandomResizedCrop crop = new RandomResizedCrop(0.08, 1, 0.75, 4 / 3.0, 0.5, 32);
    for (int[] size : new int[][] {{1, 1}, {2, 3}, {1, 50}, {50, 1}}) {
      for (int[] box : draw(crop, size[0], size[1], DRAWS / 10)) {
        assertThat(box[0]).isNotNegative();
        assertThat(box[1]).isNotNegative();
        assertThat(box[2]).isPositive();
        assertThat(box[3]).isPositive();
        assertThat(box[0] + box[2]).isLessThanOrEqualTo(size[0]);
        assertThat(box[1] + box[3]).isLessThanOrEqualTo(size[1]);
      }
    }
  }

  /** The correlation of independent draws is off zero by a deviation of one over the root. */
  @Test
  void theFlipTellsNothingOfTheBox() {
    int[][] views = draws(new RandomResizedCrop(0.08, 1, 3 / 4.0, 4 / 3.0, 0.5, 32), 375, 500);
    double[] flips = Arrays.stream(column(views, 4)).asDoubleStream().toArray();
    assertThat(mean(flips)).isCloseTo(0.5, within(DEVIATIONS * 0.5 / Math.sqrt(DRAWS)));
    for (int i = 0; i < 4; i++) {
      double[] sides = Arrays.stream(column(views, i)).asDoubleStream().toArray();
      assertThat(correlation(flips, sides)).isCloseTo(0, within(DEVIATIONS / Math.sqrt(DRAWS)));
    }
  }

  private static double correlation(double[] a, double[] b) {
    return covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
  }

  private static double covariance(double[] a, double[] b) {
    return mean(IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).toArray())
        - mean(a) * mean(b);
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  @Test
  void wrongRangesAreRefused() {
    assertThatThrownBy(() -> new RandomResizedCrop(0.5, 0.4, 0.75, 1.33, 0.5, 32))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("min_scale and max_scale are 0.5 and 0.4");
    assertThatThrownBy(() -> new RandomResizedCrop(0.5, 1, 0, 1.33, 0.5, 32))
        .hasMessageContaining("min_ratio and max_ratio are 0.0 and 1.33");
    assertThatThrownBy(() -> new RandomResizedCrop(0.5, 1, 0.75, 1.33, 2, 32))
        .hasMessageContaining("flip_probability is 2.0");
  }

  /** From a position to its box, and 1 where the view is mirrored. */
  private static Signature body(Ops tf, RandomResizedCrop crop, int height, int width) {
    Operand<TInt64> position = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Operand<TInt64> seed = tf.stack(List.of(tf.constant(11L), position));
    Operand<TFloat64> draws = crop.draws(tf, seed);
    Operand<TInt32> size = tf.constant(new int[] {height, width, 3});
    Operand<TInt32> axis = tf.constant(0);
    Operand<TInt32> box = crop.box(tf, size, draws).asVector(tf);
    Operand<TInt32> flip = tf.dtypes.cast(crop.flip(tf, draws), TInt32.class);
    return Signature.builder("box")
        .input("position", position)
        .output("view", tf.concat(List.of(box, tf.expandDims(flip, axis)), axis))
        .build();
  }

  private static int[][] draws(RandomResizedCrop crop, int height, int width) {
    return DRAWN.computeIfAbsent(
        crop + " of " + height + " x " + width, name -> draw(crop, height, width, DRAWS));
  }

  /** Boxes (top, left, height, width) of the first positions, and whether each is mirrored. */
  private static int[][] draw(RandomResizedCrop crop, int height, int width, int count) {
    try (Graph graph = new Graph();
        ConcreteFunction box = ConcreteFunction.create(t -> body(t, crop, height, width))) {
      Ops tf = Ops.create(graph);
      List<Class<? extends TType>> longs = List.of(TInt64.class);
      List<Class<? extends TType>> ints = List.of(TInt32.class);
      Operand<? extends TType> positions =
          tf.data.rangeDataset(
              tf.constant(0L),
              tf.constant((long) count),
              tf.constant(1L),
              longs,
              List.of(Shape.scalar()));
      Operand<? extends TType> boxes =
          tf.data.mapDataset(positions, List.of(), box, ints, List.of(Shape.of(5)));
      List<Shape> shape = List.of(Shape.of(count, 5));
      Operand<? extends TType> one =
          tf.data.batchDataset(boxes, tf.constant((long) count), tf.constant(true), ints, shape);
      DatasetToSingleElement all = tf.data.datasetToSingleElement(one, ints, shape);
      try (Session session = TestSession.open(graph);
          Result result = session.runner().fetch(all.components().get(0)).run()) {
        TInt32 values = (TInt32) result.get(0);
        return IntStream.range(0, count)
            .mapToObj(i -> IntStream.range(0, 5).map(j -> values.getInt(i, j)).toArray())
            .toArray(int[][]::new);
      }
    }
  }
}
