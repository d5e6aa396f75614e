package org.fdistill.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variable;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.FiniteDifferences;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class LayerNormTest {
  private static final int ROWS = 3;
  private static final int WIDTH = 5;
  private static final double EPSILON = 1e-2;
  private static final float[] X = DeterministicValues.uniform("x", ROWS * WIDTH, 0.3f, 1);
  private static final float[] SCALE = DeterministicValues.uniform("scale", WIDTH, 1, 0.5f);
  private static final float[] OFFSET = DeterministicValues.uniform("offset", WIDTH, 0, 1);
  private static final float[] WEIGHTS = DeterministicValues.uniform("w", ROWS * WIDTH, 0, 1);

  /** A few float32 roundings in values of the size of one. */
  private static final double TOLERANCE = 2e-6;

  @Test
  void valueAndGradientsAreThoseOfTheFormula() {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      LayerScope scope = LayerScope.inference(tf, run.variables(), Precision.FLOAT32).at("norm");
      Operand<TFloat32> x = run.input(X, ROWS, WIDTH);
      Operand<TFloat32> y = new LayerNorm(WIDTH, (float) EPSILON).apply(scope, x);
      run.setVariable("norm/scale", SCALE);
      run.setVariable("norm/offset", OFFSET);
      Operand<TFloat32> weights = run.input(WEIGHTS, ROWS, WIDTH);
      Operand<TFloat32> loss = tf.sum(tf.math.mul(y, weights), tf.constant(new int[] {0, 1}));
      List<Variable> parameters = run.variables().trainable();
      List<Output<?>> gradients =
          run.gradients(loss, List.of(x, parameters.get(0).value(), parameters.get(1).value()));
      List<float[]> values =
          run.run(List.of(loss, gradients.get(0), gradients.get(1), gradients.get(2)));

      double[] point = point();
      double[] expected = FiniteDifferences.gradient(LayerNormTest::loss, point);
      assertThat(Tolerance.error(values.get(0), new double[] {loss(point)})).isLessThan(TOLERANCE);
      int parametersAt = ROWS * WIDTH;
      assertThat(Tolerance.error(values.get(1), Arrays.copyOf(expected, parametersAt)))
          .as("x")
          .isLessThan(TOLERANCE);
      assertThat(
              Tolerance.error(
                  values.get(2), Arrays.copyOfRange(expected, parametersAt, parametersAt + WIDTH)))
          .as("scale")
          .isLessThan(TOLERANCE);
      assertThat(
              Tolerance.error(
                  values.get(3),
                  Arrays.copyOfRange(expected, parametersAt + WIDTH, expected.length)))
          .as("offset")
          .isLessThan(TOLERANCE);
    }
  }

  @Test
  void whitenedRowsHaveZeroMeanAndUnitVariance() {
    try (GraphRun run = new GraphRun()) {
      float[] row = {1, 2, 3, 4, 100};
      Operand<TFloat32> white = LayerNorm.whiten(run.tf(), run.input(row, 1, row.length), 1e-5f);
      float[] values = run.run(List.of(white)).get(0);
      double sum = 0;
      double squares = 0;
      for (float value : values) {
        sum += value;
        squares += value * value;
      }
      // The mean is 0 within float32's rounding of the largest value; ε / variance is 7e-9.
      assertThat(sum).isCloseTo(0, within(2e-6));
      assertThat(squares / row.length).isCloseTo(1, within(1e-6));
    }
  }

  /** x, then scale, then offset. */
  private static double[] point() {
    double[] point = Arrays.copyOf(FiniteDifferences.widen(X), X.length + 2 * WIDTH);
    System.arraycopy(FiniteDifferences.widen(SCALE), 0, point, X.length, WIDTH);
    System.arraycopy(FiniteDifferences.widen(OFFSET), 0, point, X.length + WIDTH, WIDTH);
    return point;
  }

  private static double loss(double[] point) {
    double loss = 0;
    for (int row = 0; row < ROWS; row++) {
      double[] x = Arrays.copyOfRange(point, row * WIDTH, (row + 1) * WIDTH);
      double mean = Arrays.stream(x).average().orElseThrow();
      double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
      for (int c = 0; c < WIDTH; c++) {
        double normalized = (x[c] - mean) / Math.sqrt(variance + (float) EPSILON);
        double y = normalized * point[X.length + c] + point[X.length + WIDTH + c];
        loss += y * WEIGHTS[row * WIDTH + c];
      }
    }
    return loss;
  }
}
