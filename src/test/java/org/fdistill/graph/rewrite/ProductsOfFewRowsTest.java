package org.fdistill.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.assertj.core.data.Offset;
import org.fdistill.testing.DeterministicValues;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

class ProductsOfFewRowsTest {
  private static final int SUMMED = 5;
  private static final Shape FEW = Shape.of(SUMMED - 1, SUMMED);

  /** Sums of five products, each at most 1, in another order. */
  private static final Offset<Float> ROUNDING = within(1e-6f);

  private final TinyGraph built = new TinyGraph();
  private final Graph graph = built.graph();
  private final Ops tf = built.tf();

  @AfterEach
  void close() {
    built.close();
  }

  @Test
  void onlyFloatProductsOfFewRowsWithATransposedSecondFactorChange() {
    Operand<TFloat32> few = built.input("few", FEW);
    Operand<TFloat32> many = built.input("many", Shape.of(SUMMED, SUMMED));
    Operand<TFloat32> unknown = built.input("unknown", Shape.of(Shape.UNKNOWN_SIZE, SUMMED));
    product("found", few, few, false, true);
    product("of_many_rows", many, few, false, true);
    product("of_unknown_rows", unknown, few, false, true);
    product("plain", few, many, false, false);
    product("both_transposed", few, built.input("tall", Shape.of(2, SUMMED - 1)), true, true);
    Operand<TBfloat16> half = tf.dtypes.cast(few, TBfloat16.class);
    product("of_half_precision", half, half, false, true);
    Map<String, NodeDef> before = products(graph.toGraphDef());
    Map<String, NodeDef> after = products(ShapedRewrite.apply(graph));
    assertThat(before).hasSize(6);
    assertThat(after.remove("found").getOp()).isEqualTo("BatchMatMulV2");
    before.remove("found");
    assertThat(after).isEqualTo(before);
  }

  @Test
  void aRunGivesTheSameValues() {
    product("y", built.input("x", FEW), built.input("x_too", FEW), false, true);
    float[] expected = run(graph.toGraphDef());
    assertThat(run(ShapedRewrite.apply(graph))).containsExactly(expected, ROUNDING);
  }

  @Test
  void theGradientOfWhatEntersALayerIsFound() {
    Operand<TFloat32> x = built.input("x", FEW);
    Operand<TFloat32> kernel = built.input("kernel", Shape.of(SUMMED, 2 * SUMMED));
    MatMul<TFloat32> y = product("y", x, kernel, false, false);
    Operand<TFloat32> loss = tf.math.mean(y, tf.constant(new int[] {0, 1}));
    Output<?>[] gradients =
        graph.addGradients(loss.asOutput(), new Output<?>[] {x.asOutput(), kernel.asOutput()});
    Map<String, NodeDef> after = products(ShapedRewrite.apply(graph));
    assertThat(after.get(gradients[0].op().name()).getOp()).isEqualTo("BatchMatMulV2");
    assertThat(after.get(gradients[1].op().name()).getOp()).isEqualTo(MatMul.OP_NAME);
  }

  private <T extends TNumber> MatMul<T> product(
      String name, Operand<T> a, Operand<T> b, boolean transposeA, boolean transposeB) {
    return tf.withName(name)
        .linalg
        .matMul(a, b, MatMul.transposeA(transposeA), MatMul.transposeB(transposeB));
  }

  private static Map<String, NodeDef> products(GraphDef definition) {
    Map<String, NodeDef> products = TinyGraph.nodes(definition);
    products.values().removeIf(node -> !node.getOp().contains("MatMul"));
    return products;
  }

  private static float[] run(GraphDef definition) {
    return TinyGraph.run(definition, Map.of("x", values("x"), "x_too", values("x_too")));
  }

  private static float[] values(String name) {
    return DeterministicValues.uniform(name, (int) FEW.size(), 0, 1);
  }
}
