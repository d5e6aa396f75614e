package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.math.Mean;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

class FrozenLoopsTest {
  private static final int WIDTH = 128;
  private static final Shape ROWS = Shape.of(1024, WIDTH);
  private static final Shape IMAGES = Shape.of(128, 32, 32, 3);
  private static final float EPSILON = 1e-5f;
  private static final float[] SCALE = FrozenModels.noise(WIDTH);

  /** The largest rounding, as a share of what is rounded. */
  private static final double FLOAT32 = Math.scalb(1.0, -24);

  private static final double BFLOAT16 = Math.scalb(1.0, -8);

  @TempDir Path folder;

  /**
   * In any order two sums of C numbers of at most 1 are off by C - 1 roundings of the sum, a dozen
   * other ops by one each, and the deviation, 0.29, that is divided by makes four times as much of
   * it.
   */
  @ParameterizedTest
  @EnumSource
  void aLayerNormIsOneLoopInFloat32AndItsResultAloneIsRounded(Precision precision) {
    FrozenProgram loops =
        compiled((tf, x) -> stored(tf, layerNorm(tf, stored(tf, x, precision)), precision));
    assertThat(steps(loops)).containsOnlyOnce("PartitionedCall").doesNotContain("Mean", "Rsqrt");
    float[] x = FrozenModels.noise((int) ROWS.size());
    float[] actual = FrozenModels.answer(loops, ROWS, x);
    double[] expected = layerNorm(x, precision);
    double last = precision == Precision.FLOAT32 ? 0 : BFLOAT16;
    for (int i = 0; i < actual.length; i++) {
      double bound = 4 * (2 * WIDTH + 12) * FLOAT32 + last * Math.abs(expected[i]);
      assertThat(Math.abs(actual[i] - expected[i])).isLessThan(bound);
    }
  }

  /** As networks write it, with an axis from the end. */
  static Operand<TFloat32> layerNorm(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> centred = tf.math.sub(x, mean(tf, x));
    Operand<TFloat32> variance = mean(tf, tf.math.square(centred));
    Operand<TFloat32> inverse = tf.math.rsqrt(tf.math.add(variance, tf.constant(EPSILON)));
    Operand<TFloat32> scaled = tf.math.mul(tf.math.mul(centred, inverse), tf.constant(SCALE));
    return tf.math.add(scaled, tf.constant(SCALE));
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(-1), Mean.keepDims(true));
  }

  /** In float32, of a tensor that is kept in a precision: no loop goes beyond a broadcast. */
  private static Operand<TFloat32> stored(Ops tf, Operand<TFloat32> x, Precision precision) {
    Operand<TFloating> kept = precision.compute(tf, x);
    return Precision.full(tf, tf.broadcastTo(kept, tf.constant(ROWS.asArray())));
  }

  private static double[] layerNorm(float[] x, Precision precision) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += WIDTH) {
      double[] values = new double[WIDTH];
      for (int i = 0; i < WIDTH; i++) {
        values[i] = precision == Precision.FLOAT32 ? x[row + i] : toBfloat16(x[row + i]);
      }
      double mean = Arrays.stream(values).average().orElseThrow();
      double variance =
          Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
      for (int i = 0; i < WIDTH; i++) {
        y[row + i] = (values[i] - mean) / Math.sqrt(variance + EPSILON) * SCALE[i] + SCALE[i];
      }
    }
    return y;
  }

  private static float toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return Float.intBitsToFloat((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000);
  }

  /** A network makes some forty sums in a row, of rows of 16 to 64. */
  @Tag("slow")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "swin_v2 { image_size: 32 patch_size: 4 width: 16 depths: [2] heads: [2] window: 4 }",
        "vit { image_size: 32 patch_size: 4 width: 16 depth: 2 heads: 2 }"
      })
  void aNetworkGivesTheSameUpToTheOrderOfItsSums(String architecture) {
    FrozenProgram program = FrozenModels.tokens(architecture, folder, IMAGES);
    FrozenProgram loops = FrozenLoops.compile(program, IMAGES);
    assertThat(steps(loops)).contains("PartitionedCall").doesNotContain("Rsqrt", "Mean");
    float[] expected = FrozenModels.answer(program, IMAGES);
    float[] actual = FrozenModels.answer(loops, IMAGES);
    assertThat(distance(actual, expected)).isBetween(0.0, 40 * 64 * FLOAT32);
    assertThat(FrozenModels.answer(loops, IMAGES)).isEqualTo(actual);
  }

  private static double distance(float[] a, float[] b) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < b.length; i++) {
      difference += Math.pow((double) a[i] - b[i], 2);
      size += Math.pow(b[i], 2);
    }
    return Math.sqrt(difference / size);
  }

  @Test
  void whatOthersReadTooIsTheEndOfARunOfItsOwn() {
    FrozenModels.Formula formula =
        (tf, x) -> {
          Operand<TFloat32> both = tf.math.square(tf.math.neg(x));
          Operand<TFloat32> root = tf.math.sqrt(tf.math.maximum(both, tf.constant(0.5f)));
          Operand<TFloat32> other = tf.math.sqrt(tf.math.minimum(both, tf.constant(0.3f)));
          return tf.math.add(root, tf.broadcastTo(other, tf.constant(ROWS.asArray())));
        };
    FrozenProgram loops = compiled(formula);
    assertThat(steps(loops)).filteredOn("PartitionedCall"::equals).hasSize(3);
    assertThat(FrozenModels.answer(loops, ROWS))
        .containsExactly(
            FrozenModels.answer(FrozenModels.program(ROWS, formula), ROWS), within(1e-6f));
  }

  /** A model may be given what it would compute itself. */
  @Test
  void whatIsFedIsNotComputed() {
    FrozenModels.Formula formula =
        (tf, x) -> {
          Operand<TFloat32> fed = tf.withName("fed").math.neg(x);
          return tf.math.sqrt(tf.math.square(fed));
        };
    GraphDef graph = FrozenModels.program(ROWS, formula).graph();
    FrozenProgram loops = FrozenLoops.compile(FrozenProgram.of(graph, "fed:0", "y:0"), ROWS);
    assertThat(steps(loops)).contains("PartitionedCall", "Neg");
    float[] values = FrozenModels.noise((int) ROWS.size());
    assertThat(FrozenModels.answer(loops, ROWS, values)).containsExactly(values, within(1e-6f));
  }

  @Test
  void activationsAndTheBiasOfAProductStayWithTheirProduct() {
    assertUnchanged(
        (tf, x) -> {
          Operand<TFloat32> half = tf.math.mul(x, tf.constant(0.5f));
          Operand<TFloat32> erf = tf.math.erf(tf.math.mul(x, tf.constant(0.7071f)));
          return tf.math.mul(half, tf.math.add(erf, tf.constant(1f)));
        });
    assertUnchanged(
        (tf, x) -> {
          Operand<TFloat32> kernel = FrozenModels.variable(tf, "kernel", WIDTH, WIDTH);
          Operand<TFloat32> bias = FrozenModels.variable(tf, "bias", WIDTH);
          return tf.math.add(x, tf.math.add(tf.linalg.matMul(x, kernel), bias));
        });
  }

  @Test
  void sumsOfOtherAxesAreLeft() {
    assertUnchanged((tf, x) -> tf.math.add(x, tf.sum(x, tf.constant(0), Sum.keepDims(true))));
  }

  @Test
  void shortTensorsAndThoseOfUnknownLengthAreLeft() {
    FrozenModels.Formula norm = FrozenLoopsTest::layerNorm;
    FrozenProgram program = FrozenModels.program(Shape.of(-1, WIDTH), norm);
    assertThat(steps(FrozenLoops.compile(program, Shape.of(1023, WIDTH))))
        .doesNotContain("PartitionedCall");
    assertThat(steps(FrozenLoops.compile(program, Shape.of(-1, WIDTH))))
        .doesNotContain("PartitionedCall");
    assertThat(steps(FrozenLoops.compile(program, ROWS))).contains("PartitionedCall");
  }

  private static void assertUnchanged(FrozenModels.Formula formula) {
    FrozenProgram program = FrozenModels.program(ROWS, formula);
    assertThat(FrozenLoops.compile(program, ROWS).graph()).isEqualTo(program.graph());
  }

  private static FrozenProgram compiled(FrozenModels.Formula formula) {
    return FrozenLoops.compile(FrozenModels.program(ROWS, formula), ROWS);
  }

  /** The types of the ops of a step. */
  private static List<String> steps(FrozenProgram program) {
    Subgraph parts = program.parts();
    return parts.needed(List.of(Subgraph.nodeOf(program.output()))).stream()
        .map(name -> parts.node(name).getOp())
        .toList();
  }
}
