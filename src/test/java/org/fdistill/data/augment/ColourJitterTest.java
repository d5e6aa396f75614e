package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.stream.Stream;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Against torchvision on PIL images. */
final class ColourJitterTest {
  private static final Golden GOLDEN = Golden.open("augment/jitter");
  private static final ColourJitter JITTER = new ColourJitter(0.4, 0.4, 0.4, 0.1, 1);

  @TestFactory
  Stream<DynamicTest> pixelsAreTorchvisions() {
    return GOLDEN.description().getAsJsonArray("cases").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(c -> DynamicTest.dynamicTest(c.get("key").getAsString(), () -> compare(c)));
  }

  private static void compare(JsonObject c) {
    double[] factors =
        c.getAsJsonArray("factors").asList().stream()
            .mapToDouble(JsonElement::getAsDouble)
            .toArray();
    int[] order =
        c.getAsJsonArray("order").asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    byte[] jittered =
        ImageRun.run(
            GOLDEN.array("image"),
            (tf, image) -> JITTER.inOrder(tf, image, tf.constant(factors), tf.constant(order)));
    assertThat(jittered).isEqualTo(GOLDEN.array("result/" + c.get("key").getAsString()).bytes());
  }

  /** A grey pixel under brightness alone shows the factor. */
  @Test
  void factorsAreUniform() {
    ColourJitter brightness = new ColourJitter(0.4, 0, 0, 0, 1);
    double[] values = ImageRun.greys(brightness, 100, 600);
    // Means and deviations of U(60, 140), cut off: 99.5 and 23.1; of 600 draws the mean's is 0.94.
    assertThat(Arrays.stream(values).average().orElseThrow()).isCloseTo(99.5, within(4.0));
    assertThat(Arrays.stream(values).min().orElseThrow()).isBetween(60.0, 64.0);
    assertThat(Arrays.stream(values).max().orElseThrow()).isBetween(136.0, 140.0);
  }

  @Test
  void theProbabilityIsThatOfAnImage() {
    double[] values = ImageRun.greys(new ColourJitter(0.4, 0, 0, 0, 0.25), 100, 600);
    double changed = Arrays.stream(values).filter(v -> v != 100).count() / 600.0;
    // Of 600 draws the deviation is 0.018; one in 81 factors leaves the pixel as it is.
    assertThat(changed).isCloseTo(0.25, within(0.08));
  }

  @Test
  void orderMatters() {
    ColourJitter both = new ColourJitter(0.9, 0, 0.9, 0, 1);
    byte[] first = ImageRun.run(GOLDEN.array("image"), apply(both, 1));
    assertThat(ImageRun.run(GOLDEN.array("image"), apply(both, 1))).isEqualTo(first);
    assertThat(ImageRun.run(GOLDEN.array("image"), apply(both, 2))).isNotEqualTo(first);
  }

  private static ImageRun.Body apply(ImageAugmentation augmentation, long seed) {
    return (tf, image) -> augmentation.apply(tf, image, tf.constant(new long[] {seed, 3}));
  }
}
