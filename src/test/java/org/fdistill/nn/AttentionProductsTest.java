package org.fdistill.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.FiniteDifferences;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

class AttentionProductsTest {
  private static final int BATCH = 2;
  private static final int HEADS = 2;
  private static final int TOKENS = 3;
  private static final int WIDTH = 4;
  private static final int SIZE = BATCH * HEADS * TOKENS * WIDTH;
  private static final int PAIRS = HEADS * TOKENS * TOKENS;
  private static final float[] WEIGHTS = values("weights", SIZE);

  /** Sums of some ten float32 products of values of the size of one. */
  private static final double TOLERANCE = 4e-6;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void valueAndGradientsAreThoseOfTheFormula(boolean hasBias) {
    float[][] parts = {
      values("q", SIZE), values("k", SIZE), values("v", SIZE), values("bias", hasBias ? PAIRS : 0)
    };
    List<float[]> actual = run(parts, hasBias);
    double[] point = concatenated(parts);
    double[] expected = FiniteDifferences.gradient(AttentionProductsTest::loss, point);

    assertThat(Tolerance.error(actual.get(0), new double[] {loss(point)})).isLessThan(TOLERANCE);
    for (int part = 0, at = 0; part < (hasBias ? 4 : 3); at += parts[part++].length) {
      double[] slice = Arrays.copyOfRange(expected, at, at + parts[part].length);
      assertThat(Tolerance.error(actual.get(1 + part), slice))
          .as("gradient of part " + part)
          .isLessThan(TOLERANCE);
    }
  }

  /** The loss, then the gradient of each part. */
  private static List<float[]> run(float[][] parts, boolean hasBias) {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      LayerScope scope = LayerScope.inference(tf, run.variables(), Precision.FLOAT32);
      List<Operand<TFloat32>> inputs = new ArrayList<>();
      for (int part = 0; part < 3; part++) {
        inputs.add(run.input(parts[part], BATCH, HEADS, TOKENS, WIDTH));
      }
      List<Operand<TFloating>> qkv =
          inputs.stream().map(x -> Precision.FLOAT32.compute(tf, x)).toList();
      Operand<TFloat32> bias = null;
      if (hasBias) {
        bias = run.input(parts[3], HEADS, TOKENS, TOKENS);
        inputs.add(bias);
      }
      Operand<TFloating> y =
          AttentionProducts.apply(scope, qkv.get(0), qkv.get(1), qkv.get(2), bias, WIDTH);
      Operand<TFloat32> weights = run.input(WEIGHTS, BATCH, HEADS, TOKENS, WIDTH);
      Operand<TFloat32> loss =
          tf.sum(tf.math.mul(Precision.full(tf, y), weights), tf.constant(new int[] {0, 1, 2, 3}));
      List<Operand<?>> fetches = new ArrayList<>(List.of(loss));
      fetches.addAll(run.gradients(loss, inputs));
      return run.run(fetches);
    }
  }

  /** Of q, k, v and the bias (none: zeros), one after the other. */
  private static double loss(double[] point) {
    double loss = 0;
    for (int head = 0; head < BATCH * HEADS; head++) {
      for (int query = 0; query < TOKENS; query++) {
        double[] weights = softmax(logits(point, head, query));
        for (int key = 0; key < TOKENS; key++) {
          for (int d = 0; d < WIDTH; d++) {
            double value = point[2 * SIZE + (head * TOKENS + key) * WIDTH + d];
            loss += weights[key] * value * WEIGHTS[(head * TOKENS + query) * WIDTH + d];
          }
        }
      }
    }
    return loss;
  }

  private static double[] logits(double[] point, int head, int query) {
    double[] logits = new double[TOKENS];
    for (int key = 0; key < TOKENS; key++) {
      for (int d = 0; d < WIDTH; d++) {
        logits[key] +=
            point[(head * TOKENS + query) * WIDTH + d]
                * point[SIZE + (head * TOKENS + key) * WIDTH + d];
      }
      logits[key] /= Math.sqrt(WIDTH);
      if (point.length > 3 * SIZE) {
        logits[key] += point[3 * SIZE + ((head % HEADS) * TOKENS + query) * TOKENS + key];
      }
    }
    return logits;
  }

  private static double[] softmax(double[] logits) {
    double[] exponentials = Arrays.stream(logits).map(Math::exp).toArray();
    double sum = Arrays.stream(exponentials).sum();
    return Arrays.stream(exponentials).map(e -> e / sum).toArray();
  }

  private static double[] concatenated(float[][] parts) {
    return Arrays.stream(parts)
        .map(FiniteDifferences::widen)
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  private static float[] values(String name, int size) {
    return DeterministicValues.uniform(name, size, 0.1f, 1.5f);
  }
}
