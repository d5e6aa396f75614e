package org.fdistill.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Seeds;
import org.fdistill.nn.AttentionProducts.LogitOffsets;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.FiniteDifferences;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.PartitionedCall;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Layers as compiled loops beside the same layers op by op, value and every gradient. */
class CompiledLayersTest {
  /**
   * Of the largest value. In float32 the drift of the longest sum, over 4,096 rows. In bfloat16
   * both round what float32 gave them, which differs by a hair: by one unit in the last place at
   * most, the largest value's own, which a sum of 128 such terms averages out.
   */
  private static double tolerance(Precision precision, double[] plain) {
    double drift = Tolerance.bound(0, 4096);
    if (precision == Precision.FLOAT32) {
      return drift;
    }
    double largest = Arrays.stream(plain).map(Math::abs).max().orElseThrow();
    return Math.scalb(1.0, Math.getExponent(largest) - 7) / largest + drift;
  }

  /** A layer of some inputs. */
  private interface Layer {
    Operand<TFloating> of(LayerScope scope, List<Operand<TFloat32>> inputs);
  }

  @ParameterizedTest
  @EnumSource
  void layerNorm(Precision precision) {
    LayerNorm norm = new LayerNorm(32, 1e-2f);
    Shape rows = Shape.of(4096, 32);
    check(precision, 2, List.of(rows), (scope, x) -> norm.forProducts(scope, x.get(0)));
    check(
        precision,
        2,
        List.of(rows),
        (scope, x) -> {
          Operand<TFloating> rounded = scope.precision().compute(scope.tf(), x.get(0));
          return Precision.FLOAT32.compute(scope.tf(), norm.apply(scope, rounded));
        });
  }

  @ParameterizedTest
  @EnumSource
  void unitVectors(Precision precision) {
    Shape heads = Shape.of(2, 4, 512, 32);
    check(
        precision,
        2,
        List.of(heads),
        (scope, x) -> UnitVectors.of(scope, scope.precision().compute(scope.tf(), x.get(0))));
    check(
        precision,
        2,
        List.of(heads, Shape.of(4, 1, 1)),
        (scope, x) ->
            UnitVectors.scaled(scope, scope.precision().compute(scope.tf(), x.get(0)), x.get(1)));
  }

  /** In bfloat16 the ops round after each of them, and the loop does not. */
  @Test
  void swiGlu() {
    check(
        Precision.FLOAT32,
        2,
        List.of(Shape.of(2048, 64)),
        (scope, x) -> SwiGlu.apply(scope, scope.precision().compute(scope.tf(), x.get(0))));
  }

  @ParameterizedTest
  @EnumSource
  void residual(Precision precision) {
    Residual residual = new Residual(128, 0.5f);
    Shape rows = Shape.of(4096, 32);
    check(
        precision,
        2,
        List.of(rows, rows, Shape.of(32)),
        (scope, x) -> {
          Operand<TFloating> branch = scope.precision().compute(scope.tf(), x.get(1));
          return Precision.FLOAT32.compute(
              scope.tf(), residual.add(scope, "attn", x.get(0), branch, x.get(2)));
        });
    check(
        precision,
        2,
        List.of(rows, rows),
        (scope, x) -> {
          Operand<TFloating> branch = scope.precision().compute(scope.tf(), x.get(1));
          return Precision.FLOAT32.compute(
              scope.tf(), residual.add(scope, "attn", x.get(0), branch, null));
        });
  }

  /** Offsets of the logits: by head and by window. */
  static List<List<Shape>> offsets() {
    Shape byHead = Shape.of(4, 128, 128);
    return List.of(
        List.of(),
        List.of(byHead),
        List.of(Shape.of(2, 4, 128, 128)),
        List.of(byHead, Shape.of(2, 1, 128, 128)));
  }

  @ParameterizedTest
  @MethodSource("offsets")
  void attention(List<Shape> offsets) {
    attention(Shape.of(2, 4, 128, 8), offsets);
  }

  /** A loop adds up all examples for their bias, some of them, or none. */
  @ParameterizedTest
  @ValueSource(ints = {3, 4, 8, 24})
  void attentionOfExamplesWithOneBias(int examples) {
    attention(Shape.of(examples, 3, 128, 8), List.of(Shape.of(3, 128, 128)));
  }

  /** Loops apply the factor 1/4, a power of two, where ops round it as well. */
  @ParameterizedTest
  @MethodSource("offsets")
  void attentionOfScaledProducts(List<Shape> offsets) {
    List<Shape> shapes = shapes(Shape.of(2, 4, 128, 16), offsets);
    Layer layer =
        (scope, x) ->
            AttentionProducts.scaled(scope, parts(scope, x), logitOffsets(offsets, x), 16);
    check(Precision.FLOAT32, 1, shapes, layer);
    check(Precision.BFLOAT16, 2, shapes, layer);
  }

  private static void attention(Shape part, List<Shape> offsets) {
    List<Shape> shapes = shapes(part, offsets);
    Layer layer =
        (scope, x) -> AttentionProducts.unscaled(scope, parts(scope, x), logitOffsets(offsets, x));
    check(Precision.FLOAT32, 1, shapes, layer);
    check(Precision.BFLOAT16, offsets.isEmpty() ? 1 : 2, shapes, layer);
  }

  private static List<Shape> shapes(Shape part, List<Shape> offsets) {
    List<Shape> shapes = new ArrayList<>(List.of(part, part, part));
    shapes.addAll(offsets);
    return shapes;
  }

  private static List<Operand<TFloating>> parts(LayerScope scope, List<Operand<TFloat32>> x) {
    return x.subList(0, 3).stream()
        .map(each -> scope.precision().compute(scope.tf(), each))
        .toList();
  }

  private static LogitOffsets logitOffsets(List<Shape> offsets, List<Operand<TFloat32>> x) {
    return new LogitOffsets(
        offsets.isEmpty() ? null : x.get(3), offsets.size() < 2 ? null : x.get(4));
  }

  /** Compares; so many calls of loops are expected. */
  private static void check(Precision precision, int calls, List<Shape> shapes, Layer layer) {
    List<float[]> plain = run(precision, 0, shapes, layer);
    List<float[]> loops = run(precision, calls, shapes, layer);
    for (int i = 0; i < plain.size(); i++) {
      double[] expected = FiniteDifferences.widen(plain.get(i));
      assertThat(Tolerance.error(loops.get(i), expected))
          .as("tensor %d of %s", i, precision)
          .isLessThan(tolerance(precision, expected));
    }
  }

  /**
   * The value, then the gradients of the inputs (of attention, all but the mask) and parameters;
   * loops where calls are expected.
   */
  private static List<float[]> run(
      Precision precision, int calls, List<Shape> shapes, Layer layer) {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Seeds seeds = new Seeds(run.scalar(1), run.scalar(0));
      LayerScope plain = LayerScope.training(tf, run.variables(), precision, seeds).at("layer");
      List<Operand<TFloat32>> inputs = new ArrayList<>();
      for (Shape shape : shapes) {
        String name = String.format(Locale.ROOT, "input %d", inputs.size());
        float[] values = DeterministicValues.uniform(name, (int) shape.size(), 0.2f, 1);
        inputs.add(run.input(values, shape.asArray()));
      }
      Operand<TFloat32> y =
          Precision.full(tf, layer.of(calls > 0 ? plain.compilingLoops() : plain, inputs));
      float[] weights = DeterministicValues.uniform("weights", (int) y.shape().size(), 0, 1);
      Operand<TFloat32> products = tf.math.mul(y, run.input(weights, y.shape().asArray()));
      Operand<TFloat32> loss =
          tf.sum(tf.reshape(products, tf.constant(new int[] {-1})), tf.constant(0));
      List<Operand<?>> by = new ArrayList<>(inputs.subList(0, Math.min(4, inputs.size())));
      run.variables().trainable().forEach(parameter -> by.add(parameter.value()));
      List<Operand<?>> fetches = new ArrayList<>(List.of(y));
      fetches.addAll(run.gradients(loss, by));
      assertThat(
              run.graph().toGraphDef().getNodeList().stream()
                  .filter(node -> node.getOp().equals(PartitionedCall.OP_NAME)))
          .hasSize(calls);
      run.variables()
          .trainable()
          .forEach(
              parameter ->
                  run.setVariable(
                      parameter.name(),
                      DeterministicValues.uniform(
                          parameter.name(), (int) parameter.shape().size(), 0.5f, 1)));
      return run.run(fetches);
    }
  }
}
