package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** Against mmsegmentation's pipeline on OpenCV. */
final class SegmentCropTest {
  private static final Golden GOLDEN = Golden.open("augment/segment");
  private static final int SIDE = GOLDEN.description().get("side").getAsInt();
  private static final SegmentResize RESIZE = new SegmentResize(2048, 512, 0.5, 2);

  /** Mean difference of 255: OpenCV weighs with 11 bits, which may cost a level here and there. */
  private static final double OFF = 0.25;

  private static SegmentCrop crop(double limit) {
    return new SegmentCrop(RESIZE, SIDE, limit, 0.5, Optional.empty());
  }

  private static int[] ints(JsonObject c, String name) {
    return ints(c.getAsJsonArray(name).asList());
  }

  private static int[] ints(List<JsonElement> numbers) {
    return numbers.stream().mapToInt(JsonElement::getAsInt).toArray();
  }

  private static List<JsonObject> cases(String name) {
    return GOLDEN.description().getAsJsonArray(name).asList().stream()
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> cropsAreMmsegmentations() {
    return IntStream.range(0, cases("crops").size())
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    cases("crops").get(i).toString(), () -> compare(i, cases("crops").get(i))));
  }

  private static void compare(int i, JsonObject c) {
    String name = c.get("name").getAsString();
    ofImage(
        name,
        (tf, image, mask) -> {
          SegmentCrop.Crop cut =
              crop(1)
                  .cut(
                      tf,
                      image,
                      mask,
                      tf.constant(ints(c, "size")),
                      tf.constant(ints(c, "offset")),
                      tf.constant(c.get("mirrored").getAsBoolean()));
          return List.of(cut.image(), cut.mask(), cut.extent());
        },
        result -> {
          byte[] image = ImageRun.bytes((TUint8) result.get(0));
          String key = "crop/" + i + "/";
          assertThat(ImageRun.difference(image, GOLDEN.array(key + "image").bytes()))
              .isLessThan(OFF);
          assertThat(ImageRun.bytes((TUint8) result.get(1)))
              .isEqualTo(GOLDEN.array(key + "mask").bytes());
          TInt32 extent = (TInt32) result.get(2);
          assertThat(new int[] {extent.getInt(0), extent.getInt(1)})
              .isEqualTo(GOLDEN.array(key + "extent").ints());
        });
  }

  private interface Body {
    List<Operand<?>> of(Ops tf, Operand<TUint8> image, Operand<TUint8> mask);
  }

  private interface Check {
    void of(Result result);
  }

  /** Image and mask are of unknown size in the graph, as in a pipeline. */
  private static void ofImage(String name, Body body, Check check) {
    try (Graph graph = new Graph();
        TUint8 pixels = ImageRun.tensor(GOLDEN.array("image/" + name));
        TUint8 labels = ImageRun.tensor(GOLDEN.array("mask/" + name))) {
      Ops tf = Ops.create(graph);
      long any = Shape.UNKNOWN_SIZE;
      Placeholder<TUint8> image =
          tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(any, any, 3)));
      Placeholder<TUint8> mask =
          tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(any, any)));
      List<Operand<?>> fetched = body.of(tf, image, mask);
      try (Session session = TestSession.open(graph)) {
        Session.Runner runner = session.runner().feed(image, pixels).feed(mask, labels);
        fetched.forEach(runner::fetch);
        try (Result result = runner.run()) {
          check.of(result);
        }
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> theFirstVariedCropIsTaken() {
    return cases("choices").stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.toString(),
                    () ->
                        ofImage(
                            c.get("name").getAsString(),
                            (tf, image, mask) ->
                                List.of(
                                    crop(c.get("limit").getAsDouble())
                                        .firstVaried(
                                            tf,
                                            tf.constant(offsets(c)),
                                            mask,
                                            tf.constant(ints(c, "size")))),
                            result ->
                                assertThat(((TInt32) result.get(0)).getInt())
                                    .isEqualTo(c.get("index").getAsInt()))));
  }

  private static int[][] offsets(JsonObject c) {
    return c.getAsJsonArray("offsets").asList().stream()
        .map(o -> ints(o.getAsJsonArray().asList()))
        .toArray(int[][]::new);
  }

  @Test
  void sizesAreMmcvs() {
    List<JsonObject> cases = cases("sizes");
    List<List<Integer>> scaled =
        ImageRun.results(
            tf -> {
              List<Operand<TInt32>> sizes = new ArrayList<>();
              for (JsonObject c : cases) {
                Operand<TFloat64> number = tf.constant((c.get("ratio").getAsDouble() - 0.5) / 1.5);
                sizes.add(RESIZE.size(tf, tf.constant(ints(c, "size")), number));
              }
              return sizes;
            },
            tensors ->
                tensors.stream()
                    .map(t -> List.of(((TInt32) t).getInt(0), ((TInt32) t).getInt(1)))
                    .toList());
    for (int i = 0; i < cases.size(); i++) {
      int[] expected = ints(cases.get(i), "scaled");
      assertThat(scaled.get(i))
          .as(cases.get(i).toString())
          .containsExactly(expected[0], expected[1]);
    }
  }

  @Test
  void paddingIsZeroAfterNormalisation() {
    try (GraphRun run = new GraphRun()) {
      float[] ones = new float[2 * 3 * 3];
      Arrays.fill(ones, 1);
      Operand<TFloat32> images = run.input(ones, 2, 3, 3, 1);
      Operand<TInt32> extents = run.tf().constant(new int[][] {{3, 2}, {1, 3}});
      assertThat(run.run(List.of(Padding.zero(run.tf(), images, extents))).get(0))
          .containsExactly(1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0);
    }
  }

  /** All at once, by seed: of static shape, and mirrored in half of all cases. */
  @Test
  void aSeedDecidesTheCrop() {
    SegmentCrop crop =
        new SegmentCrop(
            new SegmentResize(40, 40, 1, 1),
            SIDE,
            0.75,
            0.5,
            Optional.of(new PhotometricDistortion(32, 0.5, 1.5, 0.5, 1.5, 18)));
    byte[] first = pixels(crop, 40);
    assertThat(pixels(crop, 40)).isEqualTo(first);
    int length = SIDE * SIDE * 3;
    long different =
        IntStream.range(0, 40)
            .mapToObj(i -> Arrays.hashCode(Arrays.copyOfRange(first, i * length, (i + 1) * length)))
            .distinct()
            .count();
    assertThat(different).isGreaterThan(35);
  }

  private static byte[] pixels(SegmentCrop crop, int count) {
    int[] image = unsigned(GOLDEN.array("image/wide").bytes());
    int[] mask = unsigned(GOLDEN.array("mask/wide").bytes());
    long[] size = GOLDEN.array("mask/wide").shape();
    return ImageRun.ofSeeds(
        count,
        TUint8.class,
        Shape.of(SIDE, SIDE, 3),
        (Ops tf, Operand<TInt64> seed) ->
            crop.apply(
                    tf,
                    bytes(tf, image, Shape.of(size[0], size[1], 3)),
                    bytes(tf, mask, Shape.of(size)),
                    seed)
                .image(),
        ImageRun::bytes);
  }

  private static Operand<TUint8> bytes(Ops tf, int[] values, Shape shape) {
    return tf.reshape(tf.dtypes.cast(tf.constant(values), TUint8.class), tf.constant(shape));
  }

  private static int[] unsigned(byte[] bytes) {
    return IntStream.range(0, bytes.length).map(i -> bytes[i] & 255).toArray();
  }
}
