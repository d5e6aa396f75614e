package org.fdistill.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.fdistill.testing.DeterministicValues;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
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

  private final Graph graph = new Graph();
  private Ops tf;

  @BeforeEach
  void open() {
    tf = Ops.create(graph);
  }

  @AfterEach
  void close() {
    graph.close();
  }

  @Test
  void onlyFloatProductsOfFewRowsWithATransposedSecondFactorChange() {
    Operand<TFloat32> few = input("few", FEW);
    Operand<TFloat32> many = input("many", Shape.of(SUMMED, SUMMED));
    Operand<TFloat32> unknown = input("unknown", Shape.of(Shape.UNKNOWN_SIZE, SUMMED));
    product("found", few, few, false, true);
    product("of_many_rows", many, few, false, true);
    product("of_unknown_rows", unknown, few, false, true);
    product("plain", few, many, false, false);
    product("both_transposed", few, input("tall", Shape.of(2, SUMMED - 1)), true, true);
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
    product("y", input("x", FEW), input("x_too", FEW), false, true);
    float[] expected = run(graph.toGraphDef());
    assertThat(run(ShapedRewrite.apply(graph))).containsExactly(expected, ROUNDING);
  }

  @Test
  void theGradientOfWhatEntersALayerIsFound() {
    Operand<TFloat32> x = input("x", FEW);
    Operand<TFloat32> kernel = input("kernel", Shape.of(SUMMED, 2 * SUMMED));
    MatMul<TFloat32> y = product("y", x, kernel, false, false);
    Operand<TFloat32> loss = tf.math.mean(y, tf.constant(new int[] {0, 1}));
    Output<?>[] gradients =
        graph.addGradients(loss.asOutput(), new Output<?>[] {x.asOutput(), kernel.asOutput()});
    Map<String, NodeDef> after = products(ShapedRewrite.apply(graph));
    assertThat(after.get(gradients[0].op().name()).getOp()).isEqualTo("BatchMatMulV2");
    assertThat(after.get(gradients[1].op().name()).getOp()).isEqualTo(MatMul.OP_NAME);
  }

  private Operand<TFloat32> input(String name, Shape shape) {
    return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(shape));
  }

  private <T extends TNumber> MatMul<T> product(
      String name, Operand<T> a, Operand<T> b, boolean transposeA, boolean transposeB) {
    return tf.withName(name)
        .linalg
        .matMul(a, b, MatMul.transposeA(transposeA), MatMul.transposeB(transposeB));
  }

  private static Map<String, NodeDef> products(GraphDef definition) {
    Map<String, NodeDef> products = new TreeMap<>();
    definition.getNodeList().stream()
        .filter(node -> node.getOp().contains("MatMul"))
        .forEach(node -> products.put(node.getName(), node));
    return products;
  }

  private static float[] run(GraphDef definition) {
    int size = (int) FEW.size();
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      try (Session session = new Session(graph);
          TFloat32 x = of(DeterministicValues.uniform("x", size, 0, 1));
          TFloat32 too = of(DeterministicValues.uniform("x_too", size, 0, 1));
          Result result = session.runner().feed("x", x).feed("x_too", too).fetch("y").run()) {
        float[] y = new float[(SUMMED - 1) * (SUMMED - 1)];
        ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(y);
        return y;
      }
    }
  }

  private static TFloat32 of(float[] values) {
    return TFloat32.tensorOf(FEW, DataBuffers.of(values));
  }
}
