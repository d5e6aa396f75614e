package org.fdistill.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fdistill.graph.FlopCounter;
import org.fdistill.graph.Subgraph;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.family.TFloating;

/**
 * The nodes of a graph and what their tensors take in memory. A tensor that shares the memory of
 * another, such as a reshaped one, stands for it: {@link #inputs} gives the tensor that owns it.
 */
final class SizedGraph {
  private static final Set<String> SHARING =
      Set.of(
          "Identity",
          "IdentityN",
          "StopGradient",
          "PreventGradient",
          "Snapshot",
          "EnsureShape",
          "Reshape",
          "ExpandDims",
          "Squeeze");

  /** What they give is counted elsewhere or is small: variables, and constants of the graph. */
  private static final Set<String> STORED = Set.of("Const", "Placeholder", "ReadVariableOp");

  /** Bytes of constants that are no weights, such as a mean and a deviation. */
  private static final int SMALL_CONSTANT = 1024;

  private final Graph graph;
  private final Subgraph parts;

  /** Reads a graph, which must stay open. */
  SizedGraph(Graph graph) {
    this.graph = graph;
    parts = new Subgraph(graph.toGraphDef());
  }

  /** The names of all nodes that some depend on, themselves included. */
  Set<String> needed(Collection<String> ends) {
    return parts.needed(ends);
  }

  /** Of some nodes, those that depend on one, itself included. */
  Set<String> dependents(String node, Set<String> among) {
    Map<String, List<String>> followers = new HashMap<>();
    for (String follower : among) {
      producers(follower)
          .forEach(p -> followers.computeIfAbsent(p, key -> new ArrayList<>()).add(follower));
    }
    Set<String> found = new LinkedHashSet<>(Set.of(node));
    Deque<String> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      for (String follower : followers.getOrDefault(open.remove(), List.of())) {
        if (found.add(follower)) {
          open.add(follower);
        }
      }
    }
    return found;
  }

  /** The names of all nodes, in the order of the definition. */
  Collection<String> names() {
    return parts.nodes().keySet();
  }

  String type(String node) {
    return parts.node(node).getOp();
  }

  /** The nodes that a node waits for. */
  List<String> producers(String node) {
    return parts.node(node).getInputList().stream().map(Subgraph::nodeOf).toList();
  }

  /** The tensors ({@code node:index}) that own what a node reads. */
  List<String> inputs(String node) {
    List<String> tensors = new ArrayList<>();
    for (String input : parts.node(node).getInputList()) {
      if (!Subgraph.isControl(input)) {
        tensors.add(owner(Subgraph.tensor(input)));
      }
    }
    return tensors;
  }

  private String owner(String tensor) {
    String owner = tensor;
    NodeDef node = parts.node(Subgraph.nodeOf(owner));
    while (shares(node)) {
      owner =
          Subgraph.tensor(
              node.getInput(node.getOp().equals("IdentityN") ? Subgraph.indexOf(owner) : 0));
      node = parts.node(Subgraph.nodeOf(owner));
    }
    return owner;
  }

  /** Whether it makes none of its own; what a call gives has a size only once it is reshaped. */
  private boolean shares(NodeDef node) {
    return SHARING.contains(node.getOp())
        && !graph.operation(node.getName()).input(0).shape().isUnknown();
  }

  /** Whether functions that some nodes call hold products, which have no shapes to count by. */
  boolean hidesProducts(Collection<String> nodes) {
    return parts.operationsOfFunctions(nodes).stream().anyMatch(FlopCounter::counts);
  }

  /**
   * The variables that those among some nodes stand for: in the place of one that holds what
   * follows from others, such as weights in another type, these others.
   */
  Set<String> parameters(Set<String> nodes) {
    Set<String> found = new LinkedHashSet<>(nodes);
    for (NodeDef node : parts.nodes().values()) {
      if (node.getOp().equals("AssignVariableOp")
          && nodes.contains(producers(node.getName()).get(0))) {
        Set<String> origins = needed(List.of(producers(node.getName()).get(1)));
        origins.removeIf(origin -> variable(origin).count() == 0);
        if (!origins.isEmpty()) {
          found.remove(producers(node.getName()).get(0));
          found.addAll(origins);
        }
      }
    }
    return found;
  }

  /** The tensors that a node makes, each with its bytes; none for what is stored anyway. */
  Map<String, Long> made(String node) {
    Map<String, Long> made = new LinkedHashMap<>();
    if (!shares(parts.node(node)) && !STORED.contains(type(node))) {
      GraphOperation op = graph.operation(node);
      for (int i = 0; i < op.numOutputs(); i++) {
        made.put(node + ":" + i, bytes(op.output(i)));
      }
    }
    return made;
  }

  /** Elements and bytes of the variable that a node stands for; nothing for other nodes. */
  Elements variable(String node) {
    NodeDef definition = parts.node(node);
    if (!definition.getOp().equals("VarHandleOp") && !definition.getOp().equals("VariableV2")) {
      return Elements.NONE;
    }
    Shape shape =
        Shape.of(
            definition.getAttrOrThrow("shape").getShape().getDimList().stream()
                .mapToLong(dimension -> dimension.getSize())
                .toArray());
    long width = width(definition.getAttrOrThrow("dtype").getType());
    return new Elements(shape.size(), shape.size() * width);
  }

  /** As {@link #variable}, of a constant that may be a weight of a frozen graph. */
  Elements constant(String node) {
    if (!type(node).equals("Const")) {
      return Elements.NONE;
    }
    Output<?> value = graph.operation(node).output(0);
    boolean weight =
        TFloating.class.isAssignableFrom(value.type()) && bytes(value) > SMALL_CONSTANT;
    return weight ? new Elements(value.shape().size(), bytes(value)) : Elements.NONE;
  }

  /**
   * A count of numbers and what they take.
   *
   * @param count of numbers
   * @param bytes of them all
   */
  record Elements(long count, long bytes) {
    static final Elements NONE = new Elements(0, 0);

    Elements plus(Elements other) {
      return new Elements(count + other.count, bytes + other.bytes);
    }
  }

  private static long bytes(Output<?> tensor) {
    Shape shape = tensor.shape();
    boolean known = !shape.isUnknown() && !shape.hasUnknownDimension();
    return known ? shape.size() * width(tensor.dataType()) : 0;
  }

  /** Bytes of one number; 0 for handles and strings. */
  private static long width(DataType type) {
    return switch (type) {
      case DT_BOOL, DT_UINT8, DT_INT8 -> 1;
      case DT_BFLOAT16, DT_HALF, DT_UINT16, DT_INT16 -> 2;
      case DT_FLOAT, DT_INT32, DT_UINT32 -> 4;
      case DT_DOUBLE, DT_INT64, DT_UINT64 -> 8;
      default -> 0;
    };
  }
}
