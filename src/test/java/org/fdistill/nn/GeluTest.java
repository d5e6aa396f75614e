package org.fdistill.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
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

class GeluTest {
  private static final float[] X = {-4, -2.5f, -1, -0.3f, -0.001f, 0, 0.2f, 0.7f, 1.5f, 3, 5};
  private static final float[] WEIGHTS = {1, -1, 2, 0.5f, -2, 1, 3, -0.5f, 1, 2, -1};

  /** A few float32 roundings in values of the size of one. */
  private static final double TOLERANCE = 1e-6;

  @Test
  void valueAndGradientAreThoseOfTheFormula() {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> x = run.input(X, X.length);
      Operand<TFloat32> y =
          Precision.full(tf, Gelu.apply(scope(run), Precision.FLOAT32.compute(tf, x)));
      Operand<TFloat32> loss = tf.sum(tf.math.mul(y, tf.constant(WEIGHTS)), tf.constant(0));
      Output<?> gradient = run.gradients(loss, List.of(x)).get(0);
      List<float[]> values = run.run(List.of(loss, gradient));

      double[] point = FiniteDifferences.widen(X);
      assertThat(Tolerance.error(values.get(0), new double[] {loss(point)})).isLessThan(TOLERANCE);
      assertThat(Tolerance.error(values.get(1), FiniteDifferences.gradient(GeluTest::loss, point)))
          .isLessThan(TOLERANCE);
    }
  }

  /**
   * Inside of the loop all is float32, so that a bfloat16 result is the exact one rounded once, by
   * 2^-8 of it at most, beside what float32 leaves.
   */
  @ParameterizedTest
  @EnumSource
  void aLoopOverManyGivesTheSame(Precision precision) {
    int times = 12_000;
    float[] many = new float[times * X.length];
    float[] weights = new float[many.length];
    for (int i = 0; i < many.length; i++) {
      many[i] = precision == Precision.FLOAT32 ? X[i % X.length] : truncated(X[i % X.length]);
      weights[i] = WEIGHTS[i % X.length];
    }
    double rounding = precision == Precision.FLOAT32 ? 0 : Math.scalb(1.0, -8);
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> x = run.input(many, times, X.length);
      LayerScope scope = scope(run).compilingLoops();
      Operand<TFloat32> y = Precision.full(tf, Gelu.apply(scope, precision.compute(tf, x)));
      Operand<TFloat32> weight =
          tf.reshape(tf.constant(weights), tf.constant(new int[] {times, X.length}));
      Operand<TFloat32> loss = tf.sum(tf.math.mul(y, weight), tf.constant(new int[] {0, 1}));
      Output<?> gradient = run.gradients(loss, List.of(x)).get(0);
      assertThat(run.graph().toGraphDef().getNodeList().stream().map(NodeDef::getOp))
          .filteredOn(PartitionedCall.OP_NAME::equals)
          .hasSize(2);
      assertThat(y.shape()).isEqualTo(x.shape());
      assertThat(gradient.shape()).isEqualTo(x.shape());
      List<float[]> values = run.run(List.of(y, gradient));
      for (int i = 0; i < many.length; i += 5 * X.length + 1) {
        double exact = many[i] * normalCdf(many[i]);
        assertThat((double) values.get(0)[i])
            .isCloseTo(exact, within(TOLERANCE + rounding * Math.abs(exact)));
        double slope = weights[i] * slope(many[i]);
        assertThat((double) values.get(1)[i])
            .isCloseTo(slope, within(3 * TOLERANCE + rounding * Math.abs(slope)));
      }
    }
  }

  @Test
  void fewNumbersAreNoLoop() {
    try (GraphRun run = new GraphRun()) {
      Operand<TFloating> x = Precision.FLOAT32.compute(run.tf(), run.input(X, X.length));
      Gelu.apply(scope(run).compilingLoops(), x);
      assertThat(run.graph().toGraphDef().getNodeList().stream().map(NodeDef::getOp))
          .doesNotContain(PartitionedCall.OP_NAME);
    }
  }

  private static LayerScope scope(GraphRun run) {
    return LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32);
  }

  /** What bfloat16 holds. */
  private static float truncated(float x) {
    return Float.intBitsToFloat(Float.floatToIntBits(x) & 0xffff0000);
  }

  private static double slope(double x) {
    return normalCdf(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  private static double loss(double[] x) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += WEIGHTS[i] * x[i] * normalCdf(x[i]);
    }
    return sum;
  }

  /** Simpson's rule on the density; its error is below 1e-11 on these points. */
  private static double normalCdf(double x) {
    int intervals = 400;
    double step = x / intervals;
    double sum = 0;
    for (int i = 0; i <= intervals; i++) {
      double t = i * step;
      double weight = i == 0 || i == intervals ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * Math.exp(-t * t / 2);
    }
    return 0.5 + sum * step / 3 / Math.sqrt(2 * Math.PI);
  }
}
