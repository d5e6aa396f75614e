package org.fdistill.task.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Seeds;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Input;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;

class TargetStatisticsTest {
  private static final Golden GOLDEN = Golden.open("objective/statistics");

  /** Sums of at most 40 float32 terms below 16, divided by deviations of about one. */
  private static final double TOLERANCE = 40 * 16 * 1.2e-7 / 10;

  @Test
  void runningStatisticsAndTargetsAgreeWithNumPy() {
    float[] mean = new float[3];
    float[] variance = {1, 1, 1};
    float[] weight = {0};
    for (int t = 1; t <= 3; t++) {
      try (GraphRun run = new GraphRun()) {
        Operand<TFloat32> features = run.input(GOLDEN.inputs("inputs").get("batch" + t));
        LayerScope scope = training(run);
        float decay = GOLDEN.description().get("decay").getAsFloat();
        Operand<TFloat32> targets = new RunningStandardizer(decay).apply(scope, features);
        run.setVariable("mean", mean);
        run.setVariable("variance", variance);
        run.setVariable("weight", weight);
        List<Operand<?>> fetches = new ArrayList<>(List.of(targets));
        scope.updates().forEach(op -> fetches.add(assigned(run, op)));
        List<float[]> values = run.run(fetches);
        mean = values.get(1);
        variance = values.get(2);
        weight = values.get(3);
        requireClose(values.get(0), t + "/targets");
        requireClose(mean, t + "/mean");
        requireClose(variance, t + "/variance");
      }
    }
    // 1 - 0.75³
    assertThat(weight[0]).isCloseTo(0.578125f, within(1e-6f));
  }

  /** What an update assigns: its second input. */
  private static Operand<TFloat32> assigned(GraphRun run, Op update) {
    GraphOperation assignment = (GraphOperation) update.op();
    return run.tf().dtypes.cast(assignment.input(1), TFloat32.class);
  }

  @Test
  void validationTakesTheStatisticsAsTheyStand() {
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> features = run.input(new float[] {1, 2, 3, 6}, 2, 2);
      LayerScope scope = LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32);
      Operand<TFloat32> targets = new RunningStandardizer(0.9f).apply(scope, features);
      run.setVariable("mean", 1, 2);
      run.setVariable("variance", 4, 16);
      run.setVariable("weight", 1);
      assertThat(scope.updates()).isEmpty();
      assertThat(run.run(List.of(targets)).get(0))
          .containsExactly(new float[] {0, 0, 1, 1}, within(1e-6f));
    }
  }

  @Test
  void phiStandardisationAgreesWithNumPy() {
    Input input = GOLDEN.inputs("inputs").get("features");
    double[][] features = mixed(input);
    float[] rotation = PhiRotation.of(covariance(features));
    requireClose(rotation, "phi/rotation");
    try (GraphRun run = new GraphRun()) {
      float[] flat = flat(features);
      LayerScope scope = LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32);
      Operand<TFloat32> targets = new PhiStandardizer().apply(scope, run.input(flat, 40, 8));
      run.setVariable("mean", floats("phi/mean"));
      run.setVariable("rotation", rotation);
      run.setVariable("estimated", 1);
      requireClose(run.run(List.of(targets)).get(0), "phi/targets");
    }
  }

  @Test
  void channelsOfOtherOrdersAreTurnedToOneVarianceToo() {
    for (int width : new int[] {1, 2, 12, 36}) {
      double[][] covariance = new double[width][width];
      for (int i = 0; i < width; i++) {
        covariance[i][i] = 1 + i;
        if (i > 0) {
          covariance[i][i - 1] = 0.5;
          covariance[i - 1][i] = 0.5;
        }
      }
      float[] rotation = PhiRotation.of(covariance);
      for (int i = 0; i < width; i++) {
        double variance = 0;
        for (int a = 0; a < width; a++) {
          for (int b = 0; b < width; b++) {
            variance += rotation[i * width + a] * covariance[a][b] * rotation[i * width + b];
          }
        }
        // Float32 entries, in a sum of at most 36² terms that cancel little.
        assertThat(variance).isCloseTo(1, within(1e-5));
      }
    }
  }

  @Test
  void featuresThatDoNotVaryAreRefused() {
    assertThatThrownBy(() -> PhiRotation.of(new double[2][2]))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("variance");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {1, 2, 4, 8, 12, 20, 24, 28, 36, 44, 192, 384, 768, 1024, 1152, 1280, 1408, 1536})
  void rowsOfAHadamardMatrixAreOrthogonal(int order) {
    int[][] matrix = Hadamard.of(order).orElseThrow();
    for (int[] row : matrix) {
      assertThat(Arrays.stream(row).filter(value -> Math.abs(value) == 1)).hasSize(order);
    }
    for (int i = 0; i < order; i += Math.max(1, order / 16)) {
      for (int j = 0; j < order; j++) {
        assertThat(product(matrix[i], matrix[j])).isEqualTo(i == j ? order : 0);
      }
    }
  }

  private static int product(int[] a, int[] b) {
    int product = 0;
    for (int k = 0; k < a.length; k++) {
      product += a[k] * b[k];
    }
    return product;
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 6, 7, 10, 92, 100})
  void ordersWithoutAConstructionAreNone(int order) {
    assertThat(Hadamard.of(order)).isEmpty();
  }

  private static LayerScope training(GraphRun run) {
    Seeds seeds = new Seeds(run.scalar(0), run.scalar(0));
    return LayerScope.training(run.tf(), run.variables(), Precision.FLOAT32, seeds);
  }

  /** As the generator mixes them: each channel has some of the one before it. */
  private static double[][] mixed(Input input) {
    float[] values = input.values();
    double[][] features = new double[40][8];
    for (int row = 0; row < 40; row++) {
      for (int c = 0; c < 8; c++) {
        features[row][c] = values[row * 8 + c] + (c == 0 ? 0 : c * values[row * 8 + c - 1]);
      }
    }
    return features;
  }

  private static float[] flat(double[][] features) {
    float[] flat = new float[320];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) features[i / 8][i % 8];
    }
    return flat;
  }

  private static double[][] covariance(double[][] features) {
    double[][] covariance = new double[8][8];
    for (int i = 0; i < 8; i++) {
      for (int j = 0; j < 8; j++) {
        for (double[] row : features) {
          covariance[i][j] += (row[i] - mean(features, i)) * (row[j] - mean(features, j)) / 39;
        }
      }
    }
    return covariance;
  }

  private static double mean(double[][] features, int c) {
    double sum = 0;
    for (double[] row : features) {
      sum += row[c];
    }
    return sum / features.length;
  }

  private static float[] floats(String key) {
    double[] values = GOLDEN.array(key).doubles();
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static void requireClose(float[] actual, String key) {
    assertThat(actual).as(key).containsExactly(floats(key), within((float) TOLERANCE));
  }
}
