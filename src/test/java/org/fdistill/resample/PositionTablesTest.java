package org.fdistill.resample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.Golden;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTablesTest {
  /**
   * Of values up to 1, both sides in double: a few dozen roundings of 1e-16, times the spline's
   * overshoot and, in the shorter grids, its condition number of some ten.
   */
  private static final double DOUBLES = 1e-13;

  private static final Golden GOLDEN = Golden.open("resample");

  static Set<String> tables() {
    return new TreeSet<>(GOLDEN.inputs("tables").keySet());
  }

  @ParameterizedTest
  @MethodSource("tables")
  void anotherGridsTableIsSciPysOrPyTorchs(String name) {
    double[] expected = GOLDEN.array(name).doubles();
    double[] actual = resize(name, doubles(GOLDEN.inputs("tables").get(name).values()));
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("entry %d", i).isCloseTo(expected[i], within(DOUBLES));
    }
  }

  @ParameterizedTest
  @MethodSource("tables")
  void aTableInFloatIsTheOneInDoubleRoundedOnce(String name) {
    float[] table = GOLDEN.inputs("tables").get(name).values();
    double[] expected = resize(name, doubles(table));
    float[] actual = resize(name, table);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isEqualTo((float) expected[i]);
    }
  }

  @ParameterizedTest
  @MethodSource("tables")
  void pyTorchsOwnFloatIsNoFurtherThanItsError(String name) {
    if (name.startsWith("absolute")) {
      double[] single = GOLDEN.array("float32/" + name).doubles();
      float[] actual = resize(name, GOLDEN.inputs("tables").get(name).values());
      double error = GOLDEN.description().getAsJsonObject("float32_error").get(name).getAsDouble();
      assertThat(Tolerance.error(actual, single)).isLessThan(Tolerance.bound(error));
    }
  }

  @Test
  void theRatioIsTheReferences() {
    for (JsonElement element : GOLDEN.description().getAsJsonArray("ratios")) {
      JsonObject grids = element.getAsJsonObject();
      double q = GeometricOffsets.ratio(grids.get("from").getAsInt(), grids.get("to").getAsInt());
      // The last bisection decides by a sum of powers or its closed form; neither is near a tie.
      assertThat(q).isCloseTo(grids.get("q").getAsDouble(), within(1e-12));
    }
    assertThat(GeometricOffsets.ratio(14, 24)).isCloseTo(1.090307, within(5e-7));
    assertThat(GeometricOffsets.ratio(14, 32)).isCloseTo(1.134918, within(5e-7));
    assertThat(GeometricOffsets.ratio(16, 24)).isCloseTo(1.058432, within(5e-7));
    assertThat(GeometricOffsets.ratio(16, 32)).isCloseTo(1.096891, within(5e-7));
    assertThat(GeometricOffsets.ratio(14, 16)).isCloseTo(1.023493, within(5e-7));
    assertThat(GeometricOffsets.ratio(16, 14)).isCloseTo(1.010001, within(5e-7));
  }

  @Test
  void aTableOfTheSameGridStaysBitByBit() {
    RelativePositionTable relative = new RelativePositionTable(5, 3, 2);
    float[] biases = DeterministicValues.uniform("biases", (9 * 9 + 3) * 2, 0, 1);
    assertThat(relative.resize(5, biases)).isEqualTo(biases).isNotSameAs(biases);
    AbsolutePositionTable absolute = new AbsolutePositionTable(5, 1, 2);
    float[] positions = DeterministicValues.uniform("positions", (1 + 5 * 5) * 2, 0, 1);
    assertThat(absolute.resize(5, Bicubic.DINO_V2, positions)).isEqualTo(positions);
  }

  @ParameterizedTest
  @MethodSource("tables")
  void aSumOfTablesGivesTheSumOfTheResults(String name) {
    double[] one = doubles(GOLDEN.inputs("tables").get(name).values());
    double[] other = doubles(DeterministicValues.uniform("other", one.length, 0, 1));
    double[] sum = new double[one.length];
    Arrays.setAll(sum, i -> 2 * one[i] - 3 * other[i]);
    double[] fromOne = resize(name, one);
    double[] fromOther = resize(name, other);
    double[] fromSum = resize(name, sum);
    for (int i = 0; i < fromSum.length; i++) {
      assertThat(fromSum[i]).isCloseTo(2 * fromOne[i] - 3 * fromOther[i], within(5 * DOUBLES));
    }
  }

  /** A cubic lies in the space of the splines, whatever their knots. */
  @ParameterizedTest
  @ValueSource(ints = {4, 5, 9})
  void aSplineThroughACubicIsTheCubic(int points) {
    double[] x = new double[points];
    double[] y = new double[points];
    for (int i = 0; i < points; i++) {
      x[i] = i + 0.1 * i * i;
      y[i] = cubic(x[i]);
    }
    CubicSpline spline = new CubicSpline(x, y);
    for (double at = 0; at < x[points - 1]; at += 0.37) {
      assertThat(spline.value(at)).isCloseTo(cubic(at), within(1e-10));
    }
    assertThat(spline.value(-1)).isEqualTo(y[0]);
    assertThat(spline.value(99)).isEqualTo(y[points - 1]);
  }

  private static double cubic(double x) {
    return 0.3 * x * x * x - x * x + 2 * x - 1;
  }

  @Test
  void aTableIsRecognisedByItsRows() {
    assertThat(RelativePositionTable.ofShape(27 * 27 + 3, 12))
        .contains(new RelativePositionTable(14, 3, 12));
    assertThat(RelativePositionTable.ofShape(13 * 13, 4))
        .contains(new RelativePositionTable(7, 0, 4));
    assertThat(RelativePositionTable.ofShape(1, 4)).contains(new RelativePositionTable(1, 0, 4));
    assertThat(RelativePositionTable.ofShape(730, 4)).isEmpty();
    assertThat(RelativePositionTable.ofShape(731, 4)).isEmpty();
    assertThat(RelativePositionTable.ofShape(2, 4)).isEmpty();
    assertThat(RelativePositionTable.ofShape(0, 4)).isEmpty();
    assertThat(AbsolutePositionTable.ofShape(1, 197, 768))
        .contains(new AbsolutePositionTable(14, 1, 768));
    assertThat(AbsolutePositionTable.ofShape(1, 198, 768)).isEmpty();
    assertThat(AbsolutePositionTable.ofShape(1, 1, 768)).isEmpty();
    assertThat(AbsolutePositionTable.ofShape(1, 0, 768)).isEmpty();
    AbsolutePositionTable four = new AbsolutePositionTable(4, 0, 8);
    assertThat(AbsolutePositionTable.ofShape(0, 1, 4, 4, 8)).contains(four);
    assertThat(AbsolutePositionTable.ofShape(0, 1, 16, 8)).contains(four);
    assertThat(AbsolutePositionTable.ofShape(0, 1, 8, 2, 8)).as("8 x 2").isEmpty();
    assertThat(AbsolutePositionTable.ofShape(0, 4, 8)).contains(four.at(2));
  }

  @Test
  void aTableOfAnotherSizeIsRefused() {
    assertThatThrownBy(() -> new RelativePositionTable(3, 3, 2).resize(4, new float[55]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("55 values, expected 56");
  }

  /**
   * In double, as {@link #resize(String, float[])} computes before it rounds. The names are
   * relative/F/T/R and absolute/F/T/P/antialias/offset.
   */
  private static double[] resize(String name, double[] table) {
    String[] words = name.split("/");
    int from = Integer.parseInt(words[1]);
    int to = Integer.parseInt(words[2]);
    int others = Integer.parseInt(words[3]);
    return words[0].equals("relative")
        ? new GridResampling(GeometricOffsets.weights(from, to))
            .apply(table, 0, others, relative(words, table.length).heads())
        : new GridResampling(bicubic(words).weights(from, to))
            .apply(table, others, 0, absolute(words, table.length).width());
  }

  private static float[] resize(String name, float[] table) {
    String[] words = name.split("/");
    int to = Integer.parseInt(words[2]);
    return words[0].equals("relative")
        ? relative(words, table.length).resize(to, table)
        : absolute(words, table.length).resize(to, bicubic(words), table);
  }

  private static RelativePositionTable relative(String[] words, int size) {
    int grid = Integer.parseInt(words[1]);
    int rows = (2 * grid - 1) * (2 * grid - 1) + Integer.parseInt(words[3]);
    return RelativePositionTable.ofShape(rows, size / rows).orElseThrow();
  }

  private static AbsolutePositionTable absolute(String[] words, int size) {
    int grid = Integer.parseInt(words[1]);
    int prefix = Integer.parseInt(words[3]);
    int rows = prefix + grid * grid;
    return AbsolutePositionTable.ofShape(prefix, rows, size / rows).orElseThrow();
  }

  private static Bicubic bicubic(String[] words) {
    return new Bicubic(Boolean.parseBoolean(words[4]), Double.parseDouble(words[5]));
  }

  private static double[] doubles(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }
}
