package org.fdistill.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

class BiasGradientsTest {
  private static final int ROWS = 300;
  private static final int COLUMNS = 3;

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
  void onlySumsOfMatricesInBfloat16Change() {
    Operand<TFloat32> matrix = input("matrix", Shape.of(ROWS, COLUMNS));
    sum("found", half(matrix));
    tf.withName("in_float32").nn.biasAddGrad(matrix);
    sum("of_unknown_rows", half(input("unknown", Shape.of(Shape.UNKNOWN_SIZE, COLUMNS))));
    sum("of_maps", half(input("maps", Shape.of(2, 2, 2, COLUMNS))));
    sum("of_no_known_rank", half(tf.placeholder(TFloat32.class)));
    Map<String, NodeDef> before = nodes(graph.toGraphDef());
    Map<String, NodeDef> after = nodes(ShapedRewrite.apply(graph));
    assertThat(after.get("found").getOp()).isEqualTo("Reshape");
    before.remove("found");
    assertThat(after).containsAllEntriesOf(before).hasSize(before.size() + 4);
  }

  /** In bfloat16 a sum of ones would stop at 256; 300 and 600 are bfloat16 numbers. */
  @Test
  void theSumsAreThoseOfFloat32RoundedOnce() {
    Operand<TFloat32> matrix = input("matrix", Shape.of(ROWS, COLUMNS));
    tf.withName("y").dtypes.cast(sum("sum", half(matrix)), TFloat32.class);
    float[] values = new float[ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % COLUMNS;
    }
    assertThat(run(ShapedRewrite.apply(graph), values)).containsExactly(0, ROWS, 2 * ROWS);
  }

  private Operand<TFloat32> input(String name, Shape shape) {
    return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(shape));
  }

  private Operand<TBfloat16> half(Operand<TFloat32> x) {
    return tf.dtypes.cast(x, TBfloat16.class);
  }

  private Operand<TBfloat16> sum(String name, Operand<TBfloat16> x) {
    return tf.withName(name).nn.biasAddGrad(x);
  }

  private static Map<String, NodeDef> nodes(GraphDef definition) {
    Map<String, NodeDef> nodes = new HashMap<>();
    definition.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    return nodes;
  }

  private static float[] run(GraphDef definition, float[] values) {
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      try (Session session = TestSession.open(graph);
          TFloat32 matrix = TFloat32.tensorOf(Shape.of(ROWS, COLUMNS), DataBuffers.of(values));
          Result result = session.runner().feed("matrix", matrix).fetch("y").run()) {
        float[] sums = new float[COLUMNS];
        ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(sums);
        return sums;
      }
    }
  }
}
