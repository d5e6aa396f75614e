package org.fdistill.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

class BiasGradientsTest {
  private static final int ROWS = 300;
  private static final int COLUMNS = 3;

  private final TinyGraph built = new TinyGraph();
  private final Graph graph = built.graph();
  private final Ops tf = built.tf();

  @AfterEach
  void close() {
    built.close();
  }

  @Test
  void onlySumsOfMatricesInBfloat16Change() {
    Operand<TFloat32> matrix = built.input("matrix", Shape.of(ROWS, COLUMNS));
    sum("found", half(matrix));
    tf.withName("in_float32").nn.biasAddGrad(matrix);
    sum("of_unknown_rows", half(built.input("unknown", Shape.of(Shape.UNKNOWN_SIZE, COLUMNS))));
    sum("of_maps", half(built.input("maps", Shape.of(2, 2, 2, COLUMNS))));
    sum("of_no_known_rank", half(tf.placeholder(TFloat32.class)));
    Map<String, NodeDef> before = TinyGraph.nodes(graph.toGraphDef());
    Map<String, NodeDef> after = TinyGraph.nodes(ShapedRewrite.apply(graph));
    assertThat(after.get("found").getOp()).isEqualTo("Reshape");
    before.remove("found");
    assertThat(after).containsAllEntriesOf(before).hasSize(before.size() + 4);
  }

  /** In bfloat16 a sum of ones would stop at 256; 300 and 600 are bfloat16 numbers. */
  @Test
  void theSumsAreThoseOfFloat32RoundedOnce() {
    Operand<TFloat32> matrix = built.input("matrix", Shape.of(ROWS, COLUMNS));
    tf.withName("y").dtypes.cast(sum("sum", half(matrix)), TFloat32.class);
    float[] values = new float[ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % COLUMNS;
    }
    assertThat(TinyGraph.run(ShapedRewrite.apply(graph), Map.of("matrix", values)))
        .containsExactly(0, ROWS, 2 * ROWS);
  }

  private Operand<TBfloat16> half(Operand<TFloat32> x) {
    return tf.dtypes.cast(x, TBfloat16.class);
  }

  private Operand<TBfloat16> sum(String name, Operand<TBfloat16> x) {
    return tf.withName(name).nn.biasAddGrad(x);
  }
}
