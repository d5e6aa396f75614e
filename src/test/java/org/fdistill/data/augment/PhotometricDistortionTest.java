package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.op.Ops;

/** Against mmsegmentation's steps on OpenCV's colours. */
final class PhotometricDistortionTest {
  private static final Golden GOLDEN = Golden.open("augment/photometric");

  /**
   * How many values may be off, and then by one: OpenCV's way back from HSV ends in a product that
   * is cut off, so that the last bit decides about whole numbers. Of all values of HSV a product in
   * another order changes one in 400; brightness and contrast are exact.
   */
  private static final double OFF = 0.02;

  @TestFactory
  Stream<DynamicTest> pixelsAreMmsegmentations() {
    return IntStream.range(0, GOLDEN.description().getAsJsonArray("cases").size())
        .mapToObj(i -> DynamicTest.dynamicTest(Integer.toString(i), () -> compare(i)));
  }

  private static void compare(int i) {
    JsonObject c = GOLDEN.description().getAsJsonArray("cases").get(i).getAsJsonObject();
    byte[] distorted =
        ImageRun.run(
            GOLDEN.array("image"),
            (tf, image) -> PhotometricDistortion.distort(tf, image, change(tf, c)));
    byte[] expected = GOLDEN.array("result/" + i).bytes();
    assertThat(ImageRun.difference(distorted, expected)).isLessThanOrEqualTo(OFF);
  }

  private static PhotometricDistortion.Change change(Ops tf, JsonObject c) {
    return new PhotometricDistortion.Change(
        tf.constant(c.get("addend").getAsFloat()),
        tf.constant(c.get("contrast").getAsFloat()),
        tf.constant(c.get("contrast_first").getAsBoolean()),
        tf.constant(c.get("saturated").getAsBoolean()),
        tf.constant(c.get("saturation").getAsFloat()),
        tf.constant(c.get("turned").getAsBoolean()),
        tf.constant(c.get("hue").getAsInt()));
  }

  @Test
  void halfOfTheImagesKeepTheirBrightness() {
    PhotometricDistortion brightness = new PhotometricDistortion(32, 1, 1, 1, 1, 0);
    double[] values = ImageRun.greys(brightness, 100, 600);
    // One in 64 of those that are changed is cut off to the same value; the deviation is 0.02.
    double kept = Arrays.stream(values).filter(v -> v == 100).count() / 600.0;
    assertThat(kept).isCloseTo(0.508, within(0.08));
    assertThat(Arrays.stream(values).min().orElseThrow()).isBetween(68.0, 71.0);
    assertThat(Arrays.stream(values).max().orElseThrow()).isBetween(128.0, 131.0);
  }
}
