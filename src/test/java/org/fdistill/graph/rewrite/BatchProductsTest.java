package org.fdistill.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.fdistill.testing.DeterministicValues;
import org.junit.jupiter.api.Test;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

class BatchProductsTest {
  private static final Shape SHAPE = Shape.of(2, 3, 4);

  /** Sums of four products, each at most 1, in another order. */
  private static final Offset<Float> ROUNDING = within(5e-7f);

  @Test
  void productsOfOneTypeBecomeVersionTwoAndGiveTheSame() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      product(tf, input(tf));
      GraphDef before = graph.toGraphDef();
      GraphDef after = BatchProducts.forOneDnn(before);
      assertThat(products(before.getNodeList())).containsExactly("BatchMatMulV3");
      assertThat(products(after.getNodeList())).containsExactly("BatchMatMulV2");
      assertThat(run(after)).containsExactly(run(before), ROUNDING);
    }
  }

  @Test
  void productsInFunctionsToo() {
    try (Graph graph = new Graph();
        ConcreteFunction function = ConcreteFunction.create(BatchProductsTest::body)) {
      Ops tf = Ops.create(graph);
      Operand<?> called = function.call(tf, input(tf));
      tf.withName("y").identity(called);
      GraphDef before = graph.toGraphDef();
      GraphDef after = BatchProducts.forOneDnn(before);
      assertThat(products(inFunctions(before))).containsExactly("BatchMatMulV3");
      assertThat(products(inFunctions(after))).containsExactly("BatchMatMulV2");
      assertThat(run(after)).containsExactly(run(before), ROUNDING);
    }
  }

  @Test
  void aProductThatChangesTheTypeStaysAsItIs() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TBfloat16> x = tf.dtypes.cast(input(tf), TBfloat16.class);
      tf.train.batchMatMul(x, x, TFloat32.class, BatchMatMul.adjY(true));
      GraphDef before = graph.toGraphDef();
      assertThat(BatchProducts.forOneDnn(before)).isEqualTo(before);
    }
  }

  private static Signature body(Ops tf) {
    Operand<TFloat32> x = input(tf);
    return Signature.builder("product").input("x", x).output("y", product(tf, x)).build();
  }

  private static Operand<TFloat32> input(Ops tf) {
    return tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(SHAPE));
  }

  private static Operand<TFloat32> product(Ops tf, Operand<TFloat32> x) {
    return tf.withName("y").train.batchMatMul(x, x, TFloat32.class, BatchMatMul.adjY(true));
  }

  private static float[] run(GraphDef definition) {
    float[] values = DeterministicValues.uniform("x", (int) SHAPE.size(), 0, 1);
    return TinyGraph.run(definition, Map.of("x", values));
  }

  private static List<NodeDef> inFunctions(GraphDef definition) {
    return definition.getLibrary().getFunctionList().stream()
        .flatMap(function -> function.getNodeDefList().stream())
        .toList();
  }

  private static List<String> products(List<NodeDef> nodes) {
    return Stream.of(nodes)
        .flatMap(List::stream)
        .map(NodeDef::getOp)
        .filter(op -> op.startsWith("BatchMatMul"))
        .toList();
  }
}
