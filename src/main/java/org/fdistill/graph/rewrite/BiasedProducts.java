package org.fdistill.graph.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fdistill.graph.Subgraph;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.BiasAdd;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Products with a bias in bfloat16 on processors with AMX, in an op that TensorFlow does not join
 * with the bias. What it makes of the two is oneDNN's inner product, which with plain weights runs
 * a routine that uses AMX badly where each element sums few numbers: a SwinV2-B's [12544, 128]
 * times [128, 512] takes 2.3 times as long as the product and the sum apart, [1576, 768] times
 * [768, 2304] 1.1 times, and with 1,024 numbers or more nothing is gained. Where an activation
 * follows that TensorFlow joins as well, all three stay together.
 */
final class BiasedProducts {
  /** How many numbers each element sums for which the product is faster joined with its bias. */
  private static final int DEEP = 1024;

  /** What an activation is made of that TensorFlow joins with a product. */
  private static final Set<String> ACTIVATIONS = Set.of("Erf", "Tanh", "Sigmoid", "Relu", "Relu6");

  /** What may lie between a product and its activation's op: GELU's factor, its cube and sum. */
  private static final Set<String> BEFORE_ACTIVATIONS = Set.of("Mul", "Pow", "Add", "AddV2");

  private static final int STEPS_TO_ACTIVATION = 4;

  private final Map<String, List<NodeDef>> readers = new HashMap<>();

  private BiasedProducts(GraphDef definition) {
    for (NodeDef node : definition.getNodeList()) {
      for (String input : node.getInputList()) {
        readers.computeIfAbsent(Subgraph.nodeOf(input), name -> new ArrayList<>()).add(node);
      }
    }
  }

  /**
   * Rewrites a graph's definition for AMX.
   *
   * @param graph with its inferred shapes
   * @param definition of the same nodes
   */
  static GraphDef apart(Graph graph, GraphDef definition) {
    BiasedProducts products = new BiasedProducts(definition);
    Map<String, Shape> factors = InferredShapes.ofFirstInputs(graph, MatMul.OP_NAME);
    factors.values().removeIf(shape -> !InferredShapes.isKnown(shape) || shape.get(1) >= DEEP);
    GraphDef.Builder result = definition.toBuilder();
    for (NodeDef.Builder node : result.getNodeBuilderList()) {
      if (node.getOp().equals(MatMul.OP_NAME)
          && factors.containsKey(node.getName())
          && !node.getAttrOrThrow("transpose_a").getB()
          && node.getAttrOrThrow("T").getType() == DataType.DT_BFLOAT16
          && products.hasBiasAlone(node.getName())) {
        BatchProducts.ofMatrices(node);
      }
    }
    return result.build();
  }

  private boolean hasBiasAlone(String product) {
    List<NodeDef> next = readers.getOrDefault(product, List.of());
    return next.size() == 1
        && next.get(0).getOp().equals(BiasAdd.OP_NAME)
        && !isActivated(Set.of(next.get(0)), STEPS_TO_ACTIVATION);
  }

  private boolean isActivated(Set<NodeDef> nodes, int steps) {
    Set<NodeDef> next = new HashSet<>();
    nodes.forEach(node -> next.addAll(readers.getOrDefault(node.getName(), List.of())));
    if (next.stream().anyMatch(node -> ACTIVATIONS.contains(node.getOp()))) {
      return true;
    }
    next.removeIf(node -> !BEFORE_ACTIVATIONS.contains(node.getOp()));
    return steps > 1 && !next.isEmpty() && isActivated(next, steps - 1);
  }
}
