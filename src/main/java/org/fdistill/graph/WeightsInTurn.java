package org.fdistill.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Rewrites a model's graph so that it holds no weights: what reads a variable takes the value from
 * the op that restores the variable, and that op waits until a weight that is used shortly before
 * was used. A weight then lives from its reading to its use, and a model runs that is larger than
 * memory.
 *
 * <p>The model's saver must restore each variable with an op of its own, as those of this project
 * do.
 */
final class WeightsInTurn {
  /** So many weights are read before they are used. */
  private static final int AHEAD = 4;

  /** What restores each variable ({@code node:index}), by the variable's handle. */
  private final Map<String, String> values = new HashMap<>();

  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();

  /**
   * The part of a model that some nodes need.
   *
   * @param targets names of nodes, none of which the saver needs
   * @return fed with the path of the weights as the saver is
   */
  static GraphDef of(MetaGraphDef model, Collection<String> targets) {
    return new WeightsInTurn().rewritten(model, targets);
  }

  private GraphDef rewritten(MetaGraphDef model, Collection<String> targets) {
    GraphDef graph = model.getGraphDef();
    Subgraph all = new Subgraph(graph);
    for (String name : all.needed(List.of(model.getSaverDef().getRestoreOpName()))) {
      NodeDef node = all.node(name);
      if (node.getOp().equals("AssignVariableOp")) {
        values.put(Subgraph.nodeOf(node.getInput(0)), Subgraph.tensor(node.getInput(1)));
      }
    }
    GraphDef.Builder direct = graph.toBuilder();
    direct.getNodeBuilderList().forEach(this::readDirectly);
    GraphDef whole = direct.build();
    Subgraph parts = new Subgraph(whole);
    GraphDef needed = parts.only(whole, parts.needed(targets));
    needed.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    letWait();
    return needed.toBuilder().clearNode().addAllNode(nodes.values()).build();
  }

  private void readDirectly(NodeDef.Builder node) {
    String value =
        node.getOp().equals("ReadVariableOp")
            ? values.get(Subgraph.nodeOf(node.getInput(0)))
            : null;
    if (value != null) {
      node.setOp("Identity").setInput(0, value);
      node.putAttr("T", node.getAttrOrThrow("dtype")).removeAttr("dtype");
    }
  }

  /**
   * Adds the edges that make restoring wait. Weights are taken in the order of their first uses in
   * an order of all nodes in which each follows its inputs; an edge from a use to the restoring of
   * a weight that is first used later cannot close a circle.
   */
  private void letWait() {
    Set<String> restoring = Set.copyOf(values.values().stream().map(Subgraph::nodeOf).toList());
    Map<String, String> firstUses = new LinkedHashMap<>();
    Map<String, String> reads = new HashMap<>();
    for (NodeDef node : inOrder()) {
      for (String input : node.getInputList()) {
        String from = Subgraph.nodeOf(input);
        if (restoring.contains(from)) {
          reads.put(node.getName(), from);
        } else if (reads.containsKey(from)) {
          firstUses.putIfAbsent(reads.get(from), node.getName());
        }
      }
    }
    List<Map.Entry<String, String>> inTurn = List.copyOf(firstUses.entrySet());
    for (int i = AHEAD; i < inTurn.size(); i++) {
      String wait = "^" + inTurn.get(i - AHEAD).getValue();
      nodes.computeIfPresent(
          inTurn.get(i).getKey(), (name, node) -> node.toBuilder().addInput(wait).build());
    }
  }

  /** The nodes, each after its inputs. */
  private List<NodeDef> inOrder() {
    Map<String, Integer> missing = new HashMap<>();
    Map<String, List<String>> users = new HashMap<>();
    Deque<String> ready = new ArrayDeque<>();
    for (NodeDef node : nodes.values()) {
      missing.put(node.getName(), node.getInputCount());
      for (String input : node.getInputList()) {
        users.computeIfAbsent(Subgraph.nodeOf(input), n -> new ArrayList<>()).add(node.getName());
      }
      if (node.getInputCount() == 0) {
        ready.add(node.getName());
      }
    }
    List<NodeDef> order = new ArrayList<>();
    while (!ready.isEmpty()) {
      String name = ready.remove();
      order.add(nodes.get(name));
      for (String user : users.getOrDefault(name, List.of())) {
        if (missing.merge(user, -1, Integer::sum) == 0) {
          ready.add(user);
        }
      }
    }
    return order;
  }
}
