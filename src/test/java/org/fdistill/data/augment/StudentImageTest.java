package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.stream.Stream;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only the student's image goes through, beside torchvision and PIL: every pixel. */
final class StudentImageTest {
  private static final Golden GOLDEN = Golden.open("augment/student-image");

  @TestFactory
  Stream<DynamicTest> blursArePils() {
    return GOLDEN.description().getAsJsonArray("blurs").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(c -> DynamicTest.dynamicTest(c.get("key").getAsString(), () -> compareBlur(c)));
  }

  private static void compareBlur(JsonObject c) {
    float sigma = c.get("sigma").getAsFloat();
    byte[] blurred =
        ImageRun.run(
            image(c.get("image").getAsString()),
            (tf, image) -> new GaussianBlur(1, 0.1, 6).blurred(tf, image, tf.constant(sigma)));
    assertThat(blurred).isEqualTo(GOLDEN.array(c.get("key").getAsString()).bytes());
  }

  /** It must reach as far as the largest radius needs, and not only as a larger one does. */
  @Test
  void theWidestBlurHasEveryPixelOfItsBoxes() {
    byte[] blurred =
        ImageRun.run(
            image("picture"),
            (tf, image) -> new GaussianBlur(1, 0.1, 2).blurred(tf, image, tf.constant(2f)));
    assertThat(blurred).isEqualTo(GOLDEN.array("blur/picture/2.0").bytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"picture", "odd", "tiny"})
  void greysAreTorchvisions(String name) {
    assertThat(ImageRun.run(image(name), RandomGrey::grey))
        .isEqualTo(GOLDEN.array("grey/" + name).bytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"picture", "odd", "tiny"})
  void solarisedPixelsArePils(String name) {
    byte[] solarised =
        ImageRun.run(
            image(name),
            (tf, image) ->
                new RandomSolarize(1, 128).apply(tf, image, tf.constant(new long[] {1, 2})));
    assertThat(solarised).isEqualTo(GOLDEN.array("solarize/" + name).bytes());
  }

  @Test
  void probabilitiesAreThoseOfAnImage() {
    double[] solarised = ImageRun.greys(new RandomSolarize(0.2, 128), 200, 1000);
    assertThat(share(solarised, 55)).isCloseTo(0.2, within(4 * Math.sqrt(0.16 / 1000)));
    assertThat(share(solarised, 200)).isEqualTo(1 - share(solarised, 55), within(1e-9));
    byte[] picture = image("picture").bytes();
    assertThat(ImageRun.run(image("picture"), never(new RandomGrey(0)))).isEqualTo(picture);
    assertThat(ImageRun.run(image("picture"), never(new GaussianBlur(0, 0.1, 2))))
        .isEqualTo(picture);
  }

  private static ImageRun.Body never(ImageAugmentation augmentation) {
    return (tf, image) -> augmentation.apply(tf, image, tf.constant(new long[] {1, 2}));
  }

  private static double share(double[] values, double value) {
    return Arrays.stream(values).filter(v -> v == value).count() / (double) values.length;
  }

  private static NpyArray image(String name) {
    return GOLDEN.array("image/" + name);
  }
}
