package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.EvalCropConfig;
import org.fdistill.proto.Interpolation;
import org.fdistill.testing.Golden;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Pixels against PIL and torchvision. */
final class PixelsTest {
  /**
   * Mean absolute difference of 255 that is allowed; measured: 0.23 at most. PIL rounds to 8 bits
   * between its two passes, which can cost half a level.
   */
  private static final double LIMIT = 0.5;

  private static final Golden GOLDEN = Golden.open("data/pixels");

  @TestFactory
  Stream<DynamicTest> pixelsAgreeWithPil() {
    JsonArray cases = GOLDEN.description().getAsJsonArray("cases");
    return cases.asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(c -> DynamicTest.dynamicTest(c.toString(), () -> agrees(c)));
  }

  private static void agrees(JsonObject c) {
    String file = c.get("file").getAsString();
    Interpolation interpolation = Interpolation.valueOf(c.get("interpolation").getAsString());
    int side = c.get("side").getAsInt();
    byte[] bytes = GOLDEN.array("file/" + file).bytes();
    if (c.get("view").getAsString().equals("centre")) {
      EvalCropConfig config = EvalCropConfig.newBuilder().setInterpolation(interpolation).build();
      byte[] image =
          run(bytes, view(new CentreCrop(config, side), new Resize(interpolation, side)));
      byte[] expected =
          GOLDEN.array("centre/%s/%d/%s".formatted(file, side, interpolation)).bytes();
      assertThat(difference(image, expected)).isLessThan(LIMIT);
      return;
    }
    int[] box = c.getAsJsonArray("box").asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    byte[] image = run(bytes, view(boxed(box, side), new Resize(interpolation, side)));
    String name = "%d-%d-%d-%d".formatted(box[0], box[1], box[2], box[3]);
    byte[] expected = GOLDEN.array("crop/%s/%s/%s".formatted(file, name, interpolation)).bytes();
    assertThat(difference(image, expected)).isLessThan(LIMIT);
  }

  private static BiFunction<Ops, Operand<TString>, Operand<TUint8>> view(
      Framing framing, Resize resize) {
    return (tf, bytes) ->
        new EncodedImage(bytes).view(tf, framing, tf.constant(new long[] {1, 2}), resize);
  }

  private static Framing boxed(int[] box, int side) {
    return (tf, size, seed) ->
        new Geometry(
            Optional.of(fixed(tf, box)),
            tf.constant(new int[] {side, side}),
            tf.constant(new int[] {0, 0}),
            tf.constant(false));
  }

  private static Box fixed(Ops tf, int[] box) {
    return new Box(
        tf.constant(box[0]), tf.constant(box[1]), tf.constant(box[2]), tf.constant(box[3]));
  }

  @Test
  void flippingMirrorsTheColumns() {
    byte[] bytes = GOLDEN.array("file/png").bytes();
    Resize resize = new Resize(Interpolation.BILINEAR, 32);
    byte[] straight = run(bytes, view(whole(0), resize));
    byte[] mirrored = run(bytes, view(whole(1), resize));
    assertThat(mirrored).isNotEqualTo(straight);
    byte[] back = new byte[mirrored.length];
    for (int i = 0; i < mirrored.length; i++) {
      int row = i / (32 * 3);
      int column = i / 3 % 32;
      back[(row * 32 + 31 - column) * 3 + i % 3] = mirrored[i];
    }
    assertThat(back).isEqualTo(straight);
  }

  /** A view of the whole image of 150 by 110 pixels. */
  private static Framing whole(float flip) {
    float ratio = 150f / 110;
    return RandomResizedCrop.of(
        AugmentConfig.newBuilder()
            .setMinScale(1)
            .setMaxScale(1)
            .setMinRatio(ratio)
            .setMaxRatio(ratio)
            .setFlipProbability(flip)
            .build(),
        32);
  }

  private static byte[] run(byte[] bytes, BiFunction<Ops, Operand<TString>, Operand<TUint8>> view) {
    try (Graph graph = new Graph();
        TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(bytes))) {
      Ops tf = Ops.create(graph);
      Operand<TString> in = tf.placeholder(TString.class);
      Operand<TUint8> out = view.apply(tf, in);
      try (Session session = TestSession.open(graph);
          Result result = session.runner().feed(in, fed).fetch(out).run()) {
        TUint8 image = (TUint8) result.get(0);
        byte[] pixels = new byte[(int) image.size()];
        image.copyTo(DataBuffers.of(pixels));
        return pixels;
      }
    }
  }

  private static double difference(byte[] image, byte[] expected) {
    assertThat(image).hasSameSizeAs(expected);
    double sum = 0;
    for (int i = 0; i < image.length; i++) {
      sum += Math.abs((image[i] & 255) - (expected[i] & 255));
    }
    return sum / image.length;
  }
}
