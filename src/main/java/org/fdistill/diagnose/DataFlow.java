package org.fdistill.diagnose;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.fdistill.graph.Subgraph;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * How the pixels of an image go through a graph without functions: the nodes between images and
 * output, in an order in which each comes after what it reads.
 */
final class DataFlow {
  /** What tells of a tensor but not of its values. */
  private static final Set<String> SIZES =
      Set.of("Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike");

  /** What moves values or names them anew, and changes none. */
  private static final Set<String> MOVES =
      Set.of(
          "Cast",
          "CheckNumerics",
          "EnsureShape",
          "ExpandDims",
          "GatherV2",
          "Identity",
          "PreventGradient",
          "Reshape",
          "Snapshot",
          "Squeeze",
          "StopGradient",
          "Transpose");

  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
  private final Map<String, List<String>> inputs = new LinkedHashMap<>();
  private final Map<String, List<String>> consumers = new LinkedHashMap<>();

  /**
   * Follows the pixels.
   *
   * @param graph without functions in the way
   * @param images tensor ({@code node:index})
   * @param output node
   */
  DataFlow(GraphDef graph, String images, String output) {
    Subgraph parts = new Subgraph(graph);
    Set<String> needed = parts.needed(Set.of(output), Set.of(images));
    for (String name : sorted(parts, needed, images)) {
      NodeDef node = parts.node(name);
      List<String> dependent =
          data(node)
              .filter(in -> Subgraph.tensor(in).equals(images) || carriesPixels(in))
              .map(Subgraph::nodeOf)
              .toList();
      if (!dependent.isEmpty()) {
        nodes.put(name, node);
        inputs.put(name, dependent);
        dependent.forEach(in -> consumers.computeIfAbsent(in, n -> new ArrayList<>()).add(name));
      }
    }
  }

  private boolean carriesPixels(String input) {
    NodeDef from = nodes.get(Subgraph.nodeOf(input));
    return from != null && !SIZES.contains(from.getOp());
  }

  private static Stream<String> data(NodeDef node) {
    return node.getInputList().stream().filter(in -> !Subgraph.isControl(in));
  }

  /** Depth first without recursion: a network's path is as long as it is deep. */
  private static List<String> sorted(Subgraph parts, Set<String> needed, String images) {
    List<String> order = new ArrayList<>();
    Set<String> opened = new LinkedHashSet<>();
    Set<String> done = new LinkedHashSet<>();
    for (String start : needed) {
      Deque<String> open = new ArrayDeque<>(List.of(start));
      while (!open.isEmpty()) {
        String name = open.peek();
        if (opened.add(name)) {
          data(parts.node(name))
              .filter(in -> !Subgraph.tensor(in).equals(images))
              .map(Subgraph::nodeOf)
              .filter(in -> !opened.contains(in))
              .forEach(open::push);
        } else {
          open.pop();
          if (done.add(name)) {
            order.add(name);
          }
        }
      }
    }
    return order;
  }

  /** The nodes whose values depend on the pixels, each after what it reads. */
  Collection<NodeDef> nodes() {
    return nodes.values();
  }

  NodeDef node(String name) {
    return nodes.get(name);
  }

  /** Which of a node's inputs depend on the pixels, by the names of their nodes. */
  List<String> inputs(String node) {
    return inputs.getOrDefault(node, List.of());
  }

  /** The nodes that read a node. */
  List<String> consumers(String node) {
    return consumers.getOrDefault(node, List.of());
  }

  /** All that depends on a node, itself left out. */
  Set<String> after(String node) {
    return reached(node, this::consumers);
  }

  /** All that a node depends on, itself left out. */
  Set<String> before(String node) {
    return reached(node, name -> nodes.containsKey(name) ? inputs(name) : List.of());
  }

  private static Set<String> reached(String node, Function<String, List<String>> step) {
    Set<String> found = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(step.apply(node));
    while (!open.isEmpty()) {
      String name = open.remove();
      if (found.add(name)) {
        open.addAll(step.apply(name));
      }
    }
    return found;
  }

  /**
   * The first nodes of a kind against the flow.
   *
   * @param through what is passed on the way
   */
  boolean comesFrom(String node, Predicate<NodeDef> kind, Predicate<NodeDef> through) {
    return meets(node, this::inputs, kind, through);
  }

  /** As {@link #comesFrom}, with the flow; what follows {@code node} is looked at first. */
  boolean goesTo(String node, Predicate<NodeDef> kind, Predicate<NodeDef> through) {
    return consumers(node).stream().anyMatch(next -> meets(next, this::consumers, kind, through));
  }

  private boolean meets(
      String start,
      Function<String, List<String>> step,
      Predicate<NodeDef> kind,
      Predicate<NodeDef> through) {
    Set<String> seen = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      NodeDef node = nodes.get(open.remove());
      if (node == null || !seen.add(node.getName())) {
        continue;
      }
      if (kind.test(node)) {
        return true;
      }
      if (through.test(node)) {
        open.addAll(step.apply(node.getName()));
      }
    }
    return false;
  }

  /** The node that made the values that a node may only have moved. */
  String origin(String node) {
    String at = node;
    while (nodes.containsKey(at) && isMove(nodes.get(at)) && inputs(at).size() == 1) {
      at = inputs(at).get(0);
    }
    return at;
  }

  static boolean isMove(NodeDef node) {
    return MOVES.contains(node.getOp());
  }
}
