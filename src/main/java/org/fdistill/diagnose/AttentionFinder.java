package org.fdistill.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.fdistill.graph.Subgraph;
import org.tensorflow.proto.NodeDef;

/**
 * Finds a network's attention in its graph: a softmax over the products of two parts of the image
 * (queries and keys, perhaps scaled, biased or masked), whose result weighs a third part (values).
 * A softmax is the op, or {@code exp(x) / sum(exp(x))} as other compilers write it. Pooling by a
 * learned query is none, for its queries are no part of the image, and neither is a classifier's
 * softmax.
 */
final class AttentionFinder {
  private static final Set<String> PRODUCTS =
      Set.of("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "MatMul", "Einsum", "XlaDotV2");

  /** What may lie between queries times keys and the softmax, besides moves. */
  private static final Set<String> ON_LOGITS =
      Set.of(
          "Add",
          "AddV2",
          "AddN",
          "BiasAdd",
          "ClipByValue",
          "Div",
          "DivNoNan",
          "Maximum",
          "Minimum",
          "Mul",
          "Neg",
          "RealDiv",
          "Select",
          "SelectV2",
          "Sub",
          "Tanh");

  /** What may lie between the softmax and its product with the values, besides moves. */
  private static final Set<String> ON_WEIGHTS = Set.of("Mul", "Select", "SelectV2", "RealDiv");

  private static final Set<String> DIVISIONS = Set.of("RealDiv", "Div", "DivNoNan", "Xdivy");

  private final DataFlow flow;

  AttentionFinder(DataFlow flow) {
    this.flow = flow;
  }

  /** The nodes that give attention weights, [..., queries, keys], first layer first. */
  List<String> find() {
    List<String> found = new ArrayList<>();
    for (NodeDef node : flow.nodes()) {
      if (logits(node).filter(this::ofProducts).isPresent() && weighsValues(node.getName())) {
        found.add(node.getName());
      }
    }
    return found;
  }

  /** The nodes whose names hold a match of a pattern, first layer first. */
  List<String> named(Pattern pattern) {
    return flow.nodes().stream()
        .map(NodeDef::getName)
        .filter(name -> pattern.matcher(name).find())
        .toList();
  }

  /** Every softmax, for messages. */
  List<String> softmaxes() {
    return flow.nodes().stream()
        .filter(node -> logits(node).isPresent())
        .map(NodeDef::getName)
        .toList();
  }

  /** The node that a softmax is of; empty for what is none. */
  private Optional<String> logits(NodeDef node) {
    if (node.getOp().equals("Softmax")) {
      return Optional.of(Subgraph.nodeOf(node.getInput(0)));
    }
    if (!DIVISIONS.contains(node.getOp()) || flow.inputs(node.getName()).size() != 2) {
      return Optional.empty();
    }
    String above = flow.origin(flow.inputs(node.getName()).get(0));
    String below = broadcast(flow.inputs(node.getName()).get(1));
    boolean softmax = isOp(above, "Exp") && isOp(below, "Sum") && isOf(below, above);
    return softmax ? Optional.of(flow.inputs(above).get(0)) : Optional.empty();
  }

  private String broadcast(String node) {
    String at = flow.origin(node);
    return isOp(at, "BroadcastTo") ? flow.origin(flow.inputs(at).get(0)) : at;
  }

  private boolean isOf(String sum, String exp) {
    return flow.origin(flow.inputs(sum).get(0)).equals(exp);
  }

  private boolean isOp(String node, String type) {
    return flow.node(node) != null && flow.node(node).getOp().equals(type);
  }

  private boolean ofProducts(String logits) {
    return flow.comesFrom(
        logits, this::isProduct, node -> DataFlow.isMove(node) || ON_LOGITS.contains(node.getOp()));
  }

  private boolean weighsValues(String weights) {
    return flow.goesTo(
        weights,
        this::isProduct,
        node ->
            DataFlow.isMove(node)
                || (ON_WEIGHTS.contains(node.getOp()) && flow.inputs(node.getName()).size() == 1));
  }

  /** A product of two parts of the image. */
  private boolean isProduct(NodeDef node) {
    return PRODUCTS.contains(node.getOp()) && flow.inputs(node.getName()).size() == 2;
  }
}
