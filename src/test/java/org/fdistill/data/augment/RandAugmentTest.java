package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.Interpolation;
import org.fdistill.proto.RandAugmentConfig;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** How RandAugment draws; what the operations do is {@link OperationTest}'s. */
final class RandAugmentTest {
  private static final int COUNT = 3000;
  private static final int FIELDS = 3;
  private static final int KINDS = Operation.values().length;

  private static final RandAugment USUAL =
      new RandAugment(9, 0.5, 2, 0.5, new Affine(Interpolation.BICUBIC, List.of(124, 116, 104)));

  /** Of each layer: choice, magnitude, sign. */
  private static double[][] draws(RandAugment augment) {
    int layers = augment.operations();
    return ImageRun.ofSeeds(
        COUNT,
        TFloat64.class,
        Shape.of(layers, FIELDS),
        (tf, seed) -> {
          List<RandAugment.Drawn> drawn = augment.draw(tf, seed);
          return tf.stack(drawn.stream().map(d -> row(tf, d)).toList());
        },
        tensor -> {
          double[] flat = new double[COUNT * layers * FIELDS];
          tensor.asRawTensor().data().asDoubles().read(flat);
          return IntStream.range(0, COUNT * layers)
              .mapToObj(i -> Arrays.copyOfRange(flat, i * FIELDS, (i + 1) * FIELDS))
              .toArray(double[][]::new);
        });
  }

  private static Operand<TFloat64> row(Ops tf, RandAugment.Drawn drawn) {
    return tf.stack(
        List.of(tf.dtypes.cast(drawn.choice(), TFloat64.class), drawn.magnitude(), drawn.sign()));
  }

  /** All bounds are four deviations. */
  @Test
  void choicesAreUniformAndHalfOfThemAreApplied() {
    double[][] draws = draws(USUAL);
    double[] shares = new double[KINDS + 1];
    Arrays.stream(draws).forEach(d -> shares[(int) d[0]] += 1.0 / draws.length);
    assertThat(shares[KINDS]).isCloseTo(0.5, within(4 * 0.5 / Math.sqrt(draws.length)));
    double each = 0.5 / KINDS;
    double deviation = Math.sqrt(each * (1 - each) / draws.length);
    for (int i = 0; i < KINDS; i++) {
      assertThat(shares[i]).as(Operation.values()[i].name()).isCloseTo(each, within(4 * deviation));
    }
  }

  @Test
  void magnitudesAreNormalAndCut() {
    double[] magnitudes = Arrays.stream(draws(USUAL)).mapToDouble(d -> d[1]).toArray();
    double n = magnitudes.length;
    // Of N(9, 0.5) cut at 10 = 2 deviations: mean 8.9958, 2.28 % at 10, 15.87 % below 8.5.
    assertThat(Arrays.stream(magnitudes).average().orElseThrow())
        .isCloseTo(8.9958, within(4 * 0.5 / Math.sqrt(n)));
    assertThat(Arrays.stream(magnitudes).filter(m -> m == 10).count() / n)
        .isCloseTo(0.0228, within(4 * Math.sqrt(0.0228 / n)));
    assertThat(Arrays.stream(magnitudes).filter(m -> m < 8.5).count() / n)
        .isCloseTo(0.1587, within(4 * Math.sqrt(0.1587 * 0.8413 / n)));
  }

  @Test
  void signsAreFairAndLayersIndependent() {
    double[][] draws = draws(USUAL);
    double negative = Arrays.stream(draws).filter(d -> d[2] == -1).count() / (double) draws.length;
    assertThat(negative).isCloseTo(0.5, within(4 * 0.5 / Math.sqrt(draws.length)));
    assertThat(Arrays.stream(draws).allMatch(d -> Math.abs(d[2]) == 1)).isTrue();
    long bothIdle =
        IntStream.range(0, COUNT)
            .filter(i -> draws[2 * i][0] == KINDS && draws[2 * i + 1][0] == KINDS)
            .count();
    assertThat(bothIdle / (double) COUNT)
        .isCloseTo(0.25, within(4 * Math.sqrt(0.25 * 0.75 / COUNT)));
    double covariance =
        IntStream.range(0, COUNT)
            .mapToDouble(i -> (draws[2 * i][1] - 9) * (draws[2 * i + 1][1] - 9))
            .average()
            .orElseThrow();
    assertThat(covariance).isCloseTo(0, within(4 * 0.25 / Math.sqrt(COUNT)));
  }

  @Test
  void aSeedDecidesTheImage() {
    byte[] first = images(30);
    assertThat(images(30)).isEqualTo(first);
    int length = first.length / 30;
    long different =
        IntStream.range(0, 30)
            .mapToObj(i -> Arrays.hashCode(Arrays.copyOfRange(first, i * length, (i + 1) * length)))
            .distinct()
            .count();
    // A quarter stays as it is.
    assertThat(different).isBetween(15L, 29L);
  }

  private static byte[] images(int count) {
    byte[] picture = Golden.open("augment/operations").array("image/picture").bytes();
    int[] values = IntStream.range(0, picture.length).map(i -> picture[i] & 255).toArray();
    Shape shape = Shape.of(Golden.open("augment/operations").array("image/picture").shape());
    return ImageRun.ofSeeds(
        count,
        TUint8.class,
        shape,
        (Ops tf, Operand<TInt64> seed) ->
            USUAL.apply(
                tf,
                tf.reshape(tf.dtypes.cast(tf.constant(values), TUint8.class), tf.constant(shape)),
                seed),
        ImageRun::bytes);
  }

  @Test
  void theDefaultsAreTheReferences() {
    DataConfig data =
        DataConfig.newBuilder()
            .setAugment(
                AugmentConfig.newBuilder()
                    .setInterpolation(Interpolation.BICUBIC)
                    .setRandAugment(RandAugmentConfig.getDefaultInstance()))
            .build();
    assertThat(RandAugment.of(data)).isEqualTo(USUAL);
  }
}
