package org.fdistill.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

class StaticShapesTest {
  private final TinyGraph built = new TinyGraph();
  private final Graph graph = built.graph();

  @BeforeEach
  void build() {
    Ops tf = built.tf();
    Operand<TFloat32> known = built.input("known", Shape.of(2, 3));
    Operand<TFloat32> unknown = built.input("unknown", Shape.of(Shape.UNKNOWN_SIZE, 3));
    Operand<TInt32> shape = tf.withName("of_known").withControlDependencies(unknown).shape(known);
    tf.withName("of_unknown").shape(unknown);
    tf.withName("of_known_wide").shape(known, TInt64.class);
    tf.withName("of_scalar").shape(tf.constant(1f));
    tf.withName("filled").fill(shape, tf.constant(7f));
  }

  @AfterEach
  void close() {
    built.close();
  }

  @Test
  void theShapeOfAKnownTensorIsAConstantWithoutInputs() {
    Map<String, NodeDef> nodes = TinyGraph.nodes(StaticShapes.fold(graph));
    assertThat(nodes.get("of_known").getOp()).isEqualTo("Const");
    assertThat(nodes.get("of_known").getInputList()).isEmpty();
    assertThat(nodes.get("of_known").getAttrOrThrow("dtype").getType())
        .isEqualTo(DataType.DT_INT32);
    assertThat(nodes.get("of_known_wide").getOp()).isEqualTo("Const");
    assertThat(nodes.get("of_known_wide").getAttrOrThrow("dtype").getType())
        .isEqualTo(DataType.DT_INT64);
  }

  @Test
  void everythingElseStays() {
    Map<String, NodeDef> before = TinyGraph.nodes(graph.toGraphDef());
    Map<String, NodeDef> after = TinyGraph.nodes(StaticShapes.fold(graph));
    assertThat(after.keySet()).isEqualTo(before.keySet());
    before.keySet().stream()
        .filter(name -> !name.startsWith("of_known") && !name.equals("of_scalar"))
        .forEach(name -> assertThat(after.get(name)).isEqualTo(before.get(name)));
  }

  @Test
  void aRunGivesTheSameValues() {
    try (Graph folded = new Graph()) {
      folded.importGraphDef(StaticShapes.fold(graph));
      try (Session session = new Session(folded);
          TFloat32 known = TFloat32.tensorOf(Shape.of(2, 3));
          TFloat32 unknown = TFloat32.tensorOf(Shape.of(4, 3));
          Result result =
              session
                  .runner()
                  .feed("known", known)
                  .feed("unknown", unknown)
                  .fetch("of_known")
                  .fetch("of_unknown")
                  .fetch("of_known_wide")
                  .fetch("of_scalar")
                  .fetch("filled")
                  .run()) {
        assertThat(ints(result, 0)).containsExactly(2, 3);
        assertThat(ints(result, 1)).containsExactly(4, 3);
        assertThat(StdArrays.array1dCopyOf((TInt64) result.get(2))).containsExactly(2, 3);
        assertThat(ints(result, 3)).isEmpty();
        assertThat(StdArrays.array2dCopyOf((TFloat32) result.get(4)))
            .isEqualTo(new float[][] {{7, 7, 7}, {7, 7, 7}});
      }
    }
  }

  private static int[] ints(Result result, int index) {
    return StdArrays.array1dCopyOf((TInt32) result.get(index));
  }
}
