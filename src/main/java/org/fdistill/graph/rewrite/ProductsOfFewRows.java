package org.fdistill.graph.rewrite;

import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Products {@code a bᵀ} of few rows in the op whose oneDNN kernel is the faster one for them. In
 * float32 that of {@code MatMul} slows down where the rows are fewer than the numbers that each
 * element sums: [320, 3072] times [768, 3072]ᵀ takes 1.4 times as long as by {@code BatchMatMulV2}
 * with AVX-512, and as long with AVX2. Such are the gradients of what enters a layer, where a
 * student sees few tokens or a batch is small. With more rows {@code MatMul} is the faster one, and
 * in bfloat16 both are the same.
 */
final class ProductsOfFewRows {
  private ProductsOfFewRows() {}

  /**
   * Rewrites a graph's definition.
   *
   * @param graph with its inferred shapes
   * @param definition of the same nodes
   */
  static GraphDef forOneDnn(Graph graph, GraphDef definition) {
    Map<String, Shape> few = InferredShapes.ofFirstInputs(graph, MatMul.OP_NAME);
    few.values().removeIf(shape -> !hasFewRows(shape));
    GraphDef.Builder result = definition.toBuilder();
    for (NodeDef.Builder node : result.getNodeBuilderList()) {
      if (few.containsKey(node.getName())
          && is(node, "transpose_b")
          && !is(node, "transpose_a")
          && node.getAttrOrThrow("T").getType() == DataType.DT_FLOAT) {
        BatchProducts.ofMatrices(node);
      }
    }
    return result.build();
  }

  /** Fewer rows than columns, as the first factor. */
  private static boolean hasFewRows(Shape first) {
    return InferredShapes.isKnown(first) && first.get(0) < first.get(1);
  }

  private static boolean is(NodeDef.Builder node, String attribute) {
    return node.getAttrOrThrow(attribute).getB();
  }
}
