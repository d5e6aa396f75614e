package org.fdistill.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fdistill.graph.Precision;
import org.fdistill.testing.FiniteDifferences;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

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
      Operand<TFloat32> y = Precision.full(tf, Gelu.apply(tf, Precision.FLOAT32.compute(tf, x)));
      Operand<TFloat32> loss = tf.sum(tf.math.mul(y, tf.constant(WEIGHTS)), tf.constant(0));
      Output<?> gradient = run.gradients(loss, List.of(x)).get(0);
      List<float[]> values = run.run(List.of(loss, gradient));

      double[] point = FiniteDifferences.widen(X);
      assertThat(Tolerance.error(values.get(0), new double[] {loss(point)})).isLessThan(TOLERANCE);
      assertThat(Tolerance.error(values.get(1), FiniteDifferences.gradient(GeluTest::loss, point)))
          .isLessThan(TOLERANCE);
    }
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
