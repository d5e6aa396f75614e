package org.fdistill.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.testing.FiniteDifferences;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.PartitionedCall;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

class ActivationTest {
  private static final float[] X = {-9, -4, -1.7f, -0.3f, -0.001f, 0, 0.2f, 0.7f, 1.5f, 3, 5, 9};
  private static final float[] WEIGHTS = {3, 1, -1, 2, 0.5f, -2, 1, 3, -0.5f, 1, 2, -1};

  /**
   * A few float32 roundings; the one of a sigmoid near one counts as often as the value and its
   * slope multiply it, which is some twenty times at 4.
   */
  private static final double TOLERANCE = 1.5e-6;

  @SuppressWarnings("ImmutableEnumChecker") // Both are functions without state.
  private enum Elementwise {
    TANH_GELU(
        TanhGelu::apply,
        x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
    QUICK_GELU(QuickGelu::apply, x -> x * sigmoid(1.702 * x));

    private final BiFunction<LayerScope, Operand<TFloating>, Operand<TFloating>> layer;
    private final DoubleUnaryOperator formula;

    Elementwise(
        BiFunction<LayerScope, Operand<TFloating>, Operand<TFloating>> layer,
        DoubleUnaryOperator formula) {
      this.layer = layer;
      this.formula = formula;
    }
  }

  @ParameterizedTest
  @EnumSource
  void valueAndGradientAreThoseOfTheFormula(Elementwise activation) {
    ToDoubleFunction<double[]> loss =
        x -> {
          double sum = 0;
          for (int i = 0; i < x.length; i++) {
            sum += WEIGHTS[i] * activation.formula.applyAsDouble(x[i]);
          }
          return sum;
        };
    compare(activation.layer, WEIGHTS, loss);
  }

  @Test
  void swiGluMultipliesTheSecondHalfByTheSiluOfTheFirst() {
    // Two rows of three gates and three values.
    float[] weights = {1, -2, 0.5f, 3, 1, -1};
    ToDoubleFunction<double[]> loss =
        x -> {
          double sum = 0;
          for (int i = 0; i < weights.length; i++) {
            double gate = x[i / 3 * 6 + i % 3];
            sum += weights[i] * gate * sigmoid(gate) * x[i / 3 * 6 + 3 + i % 3];
          }
          return sum;
        };
    compare((scope, x) -> SwiGlu.apply(scope, x), weights, loss);
  }

  @Test
  void farNegativeInputsKeepTheirRelativePrecision() {
    try (GraphRun run = new GraphRun()) {
      Operand<TFloating> x = Precision.FLOAT32.compute(run.tf(), run.input(new float[] {-5}, 1));
      float[] y = run.run(List.of(TanhGelu.apply(scope(run), x))).get(0);
      double exact = Elementwise.TANH_GELU.formula.applyAsDouble(-5);
      // exp(-17.4) multiplies the rounding of its argument by 17; 1 + tanh would be off by 10 %.
      assertThat(y[0] / exact - 1).isBetween(-1e-5, 1e-5);
    }
  }

  private static void compare(
      BiFunction<LayerScope, Operand<TFloating>, Operand<TFloating>> layer,
      float[] weights,
      ToDoubleFunction<double[]> expected) {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> x = run.input(X, 2, X.length / 2);
      Operand<TFloating> applied = layer.apply(scope(run), Precision.FLOAT32.compute(tf, x));
      Operand<TFloat32> y = tf.reshape(Precision.full(tf, applied), tf.constant(new int[] {-1}));
      Operand<TFloat32> loss = tf.sum(tf.math.mul(y, tf.constant(weights)), tf.constant(0));
      List<float[]> values = run.run(List.of(loss, run.gradients(loss, List.of(x)).get(0)));

      double[] point = FiniteDifferences.widen(X);
      double[] value = {expected.applyAsDouble(point)};
      double[] gradient = FiniteDifferences.gradient(expected, point);
      assertThat(Tolerance.error(values.get(0), value)).isLessThan(TOLERANCE);
      assertThat(Tolerance.error(values.get(1), gradient)).isLessThan(TOLERANCE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLoopOverManyGivesTheSame(Elementwise activation) {
    float[] many = new float[11_000 * X.length];
    for (int i = 0; i < many.length; i++) {
      many[i] = X[i % X.length];
    }
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> x = run.input(many, many.length);
      LayerScope scope = scope(run).compilingLoops();
      Operand<TFloating> y = activation.layer.apply(scope, Precision.FLOAT32.compute(run.tf(), x));
      Operand<TFloat32> sum = run.tf().sum(Precision.full(run.tf(), y), run.tf().constant(0));
      Output<?> gradient = run.gradients(sum, List.of(x)).get(0);
      assertThat(run.graph().toGraphDef().getNodeList().stream().map(NodeDef::getOp))
          .filteredOn(PartitionedCall.OP_NAME::equals)
          .hasSize(2);
      List<float[]> values = run.run(List.of(y, gradient));

      ToDoubleFunction<double[]> loss = point -> Arrays.stream(point).map(activation.formula).sum();
      double[] point = FiniteDifferences.widen(X);
      double[] expected = Arrays.stream(point).map(activation.formula).toArray();
      double[] slopes = FiniteDifferences.gradient(loss, point);
      for (int at : new int[] {0, 5_000 * X.length, many.length - X.length}) {
        float[] value = Arrays.copyOfRange(values.get(0), at, at + X.length);
        float[] slope = Arrays.copyOfRange(values.get(1), at, at + X.length);
        assertThat(Tolerance.error(value, expected)).isLessThan(TOLERANCE);
        assertThat(Tolerance.error(slope, slopes)).isLessThan(TOLERANCE);
      }
    }
  }

  private static LayerScope scope(GraphRun run) {
    return LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
