package org.fdistill.data.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.fdistill.config.UserError;
import org.fdistill.testing.TfRecords;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;

final class SyntheticShapesTest {
  private static final int SIDE = 48;

  @TempDir Path folder;

  private static List<Map<String, Feature>> records(Path file) throws IOException {
    List<Map<String, Feature>> all = new ArrayList<>();
    for (byte[] record : TfRecords.of(file)) {
      all.add(Example.parseFrom(record).getFeatures().getFeatureMap());
    }
    return all;
  }

  private static BufferedImage image(Map<String, Feature> record, String name) throws IOException {
    byte[] bytes = record.get(name).getBytesList().getValue(0).toByteArray();
    return ImageIO.read(new ByteArrayInputStream(bytes));
  }

  private static long label(Map<String, Feature> record) {
    return record.get("image/class/label").getInt64List().getValue(0);
  }

  @ParameterizedTest
  @EnumSource(ShapeClass.class)
  void everyOutlineHasAreaOneAroundTheOrigin(ShapeClass shape) {
    Moments moments = Moments.of(shape.outline());
    // Curves are flattened to 1e-3 before and after scaling.
    assertThat(Math.abs(moments.area())).isCloseTo(1, within(0.01));
    assertThat(moments.x()).isCloseTo(0, within(0.01));
    assertThat(moments.y()).isCloseTo(0, within(0.01));
  }

  @Test
  void recordsHoldImageLabelAndMaskOfTheSameSize() throws IOException {
    SyntheticShapes.write(folder, 20, 10, SIDE, 1, done -> {});
    List<Map<String, Feature>> records = records(folder.resolve("train-00000-of-00001.tfrecord"));
    assertThat(records).hasSize(20);
    for (Map<String, Feature> record : records) {
      BufferedImage image = image(record, "image/encoded");
      BufferedImage mask = image(record, "image/segmentation/class/encoded");
      assertThat(Math.min(image.getWidth(), image.getHeight())).isEqualTo(SIDE);
      assertThat(mask.getWidth()).isEqualTo(image.getWidth());
      assertThat(mask.getHeight()).isEqualTo(image.getHeight());
      int[] values =
          mask.getRaster().getPixels(0, 0, mask.getWidth(), mask.getHeight(), (int[]) null);
      assertThat(Arrays.stream(values).distinct().sorted().toArray())
          .containsExactly(0, (int) label(record) + 1);
      // The shape's area is 0.35 to 0.54 squared of the shorter side's, before tilt and cropping.
      double area = Arrays.stream(values).filter(v -> v > 0).count() / (double) (SIDE * SIDE);
      assertThat(area).isBetween(0.08, 0.5);
      assertThat(record.get("image/width").getInt64List().getValue(0)).isEqualTo(image.getWidth());
      assertThat(record.get("image/height").getInt64List().getValue(0))
          .isEqualTo(image.getHeight());
      assertThat(record.get("image/class/text").getBytesList().getValue(0).toStringUtf8())
          .isEqualTo(SyntheticShapes.classNames().get((int) label(record)));
    }
    assertThat(Files.readAllLines(folder.resolve("classes.txt")))
        .isEqualTo(SyntheticShapes.classNames());
    assertThat(records(folder.resolve("validation-00000-of-00001.tfrecord"))).hasSize(10);
  }

  @Test
  void theSeedDecidesEveryByte() throws IOException {
    SyntheticShapes.write(folder.resolve("a"), 20, 10, SIDE, 1, done -> {});
    SyntheticShapes.write(folder.resolve("b"), 20, 10, SIDE, 1, done -> {});
    SyntheticShapes.write(folder.resolve("c"), 20, 10, SIDE, 2, done -> {});
    String file = "train-00000-of-00001.tfrecord";
    assertThat(folder.resolve("b").resolve(file))
        .hasSameBinaryContentAs(folder.resolve("a").resolve(file));
    assertThat(Files.mismatch(folder.resolve("a").resolve(file), folder.resolve("c").resolve(file)))
        .isNotNegative();
  }

  @Test
  void examplesDrawUnrelatedNumbers() {
    long[] draws =
        IntStream.range(0, 200)
            .boxed()
            .flatMapToLong(i -> SyntheticShapes.random(5, i).longs(100))
            .toArray();
    // A repeat among 20,000 numbers of 64 bits would be a chance of 1e-11.
    assertThat(Arrays.stream(draws).distinct().count()).isEqualTo(draws.length);
  }

  @Test
  void anOldSetIsNotMixedWithANewOne() {
    SyntheticShapes.write(folder, 10, 10, SIDE, 1, done -> {});
    assertThatThrownBy(() -> SyntheticShapes.write(folder, 10, 10, SIDE, 2, done -> {}))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("train-00000-of-00001.tfrecord already exists");
  }

  @Test
  void aFailedWriteLeavesNothingBehind() throws IOException {
    assertThatThrownBy(
            () ->
                SyntheticShapes.write(
                    folder,
                    10,
                    10,
                    SIDE,
                    1,
                    done -> {
                      throw UserError.run("stopped");
                    }))
        .hasMessage("stopped");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(folder.resolve(".lock"));
    }
  }

  @Tag("slow")
  @Test
  void rawPixelsHardlyTellTheClassesApart() throws IOException {
    SyntheticShapes.write(folder, 1000, 200, SIDE, 3, done -> {});
    List<Map<String, Feature>> known = records(folder.resolve("train-00000-of-00001.tfrecord"));
    float[][] features = new float[known.size()][];
    for (int i = 0; i < features.length; i++) {
      features[i] = thumbnail(image(known.get(i), "image/encoded"));
    }
    int right = 0;
    for (Map<String, Feature> record :
        records(folder.resolve("validation-00000-of-00001.tfrecord"))) {
      float[] query = thumbnail(image(record, "image/encoded"));
      double[] distances = Arrays.stream(features).mapToDouble(f -> distance(query, f)).toArray();
      List<Long> nearest =
          IntStream.range(0, features.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> distances[i]))
              .limit(5)
              .map(i -> label(known.get(i)))
              .toList();
      // The most frequent label; among equals the one that is met first.
      long vote =
          nearest.stream()
              .reduce((a, b) -> count(nearest, b) > count(nearest, a) ? b : a)
              .orElseThrow();
      right += vote == label(record) ? 1 : 0;
    }
    // Chance is 10 %.
    assertThat(right / 200.0).isLessThan(0.3);
  }

  private static int count(List<Long> labels, long label) {
    return Collections.frequency(labels, label);
  }

  private static float[] thumbnail(BufferedImage image) {
    int n = 24;
    float[] values = new float[3 * n * n];
    for (int i = 0; i < n * n; i++) {
      int rgb = image.getRGB(i % n * image.getWidth() / n, i / n * image.getHeight() / n);
      values[3 * i] = rgb >> 16 & 255;
      values[3 * i + 1] = rgb >> 8 & 255;
      values[3 * i + 2] = rgb & 255;
    }
    return values;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }
}
