package org.fdistill.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/** Which nodes and functions of a GraphDef a set of nodes needs. */
public final class Subgraph {
  private final Map<String, NodeDef> nodes = new HashMap<>();
  private final Map<String, FunctionDef> functions = new HashMap<>();

  /** Indexes a graph. */
  public Subgraph(GraphDef graph) {
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    graph
        .getLibrary()
        .getFunctionList()
        .forEach(function -> functions.put(function.getSignature().getName(), function));
  }

  /** Whether there is a node of that name. */
  public boolean has(String node) {
    return nodes.containsKey(node);
  }

  /**
   * The names of all nodes that the given ones depend on, themselves included.
   *
   * @param targets names of nodes
   * @param fed tensors ({@code node:index}) that come from elsewhere; what they depend on is left
   *     out
   */
  public Set<String> needed(Collection<String> targets, Set<String> fed) {
    Set<String> found = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(targets);
    while (!open.isEmpty()) {
      String name = open.remove();
      if (found.add(name)) {
        for (String input : nodes.get(name).getInputList()) {
          if (!cut(input, fed)) {
            open.add(nodeOf(input));
          }
        }
      }
    }
    return found;
  }

  /** The names of the functions that some nodes call, directly or not. */
  public Set<String> functionsOf(Collection<String> nodeNames) {
    Set<String> found = new LinkedHashSet<>();
    Deque<NodeDef> open = new ArrayDeque<>();
    nodeNames.forEach(name -> open.add(nodes.get(name)));
    while (!open.isEmpty()) {
      for (String function : references(open.remove())) {
        if (functions.containsKey(function) && found.add(function)) {
          open.addAll(functions.get(function).getNodeDefList());
        }
      }
    }
    return found;
  }

  /** The types of all ops that run with some nodes, those inside functions included. */
  public Set<String> operations(Collection<String> nodeNames) {
    Set<String> types = new LinkedHashSet<>();
    nodeNames.forEach(name -> types.add(nodes.get(name).getOp()));
    for (String function : functionsOf(nodeNames)) {
      functions.get(function).getNodeDefList().forEach(node -> types.add(node.getOp()));
    }
    types.removeIf(functions::containsKey);
    return types;
  }

  /** The graph with the given nodes and the functions that they call, and nothing else. */
  public GraphDef only(GraphDef graph, Set<String> keep) {
    GraphDef.Builder part = GraphDef.newBuilder().setVersions(graph.getVersions());
    graph.getNodeList().stream().filter(n -> keep.contains(n.getName())).forEach(part::addNode);
    Set<String> called = functionsOf(keep);
    graph.getLibrary().getFunctionList().stream()
        .filter(function -> called.contains(function.getSignature().getName()))
        .forEach(part.getLibraryBuilder()::addFunction);
    return part.build();
  }

  /** The node of an input such as {@code node}, {@code node:1} or {@code ^node}. */
  public static String nodeOf(String input) {
    String data = input.startsWith("^") ? input.substring(1) : input;
    int colon = data.indexOf(':');
    return colon < 0 ? data : data.substring(0, colon);
  }

  /** A tensor's name with its index: {@code node:0} for {@code node}. */
  public static String tensor(String name) {
    return name.contains(":") ? name : name + ":0";
  }

  /** Whether an input comes from elsewhere; waiting for what is fed is no dependency. */
  static boolean cut(String input, Set<String> fed) {
    return fed.contains(tensor(input.startsWith("^") ? input.substring(1) : input));
  }

  /** The functions that a node names: as its op, or in its attributes. */
  private static List<String> references(NodeDef node) {
    List<String> names = new ArrayList<>();
    names.add(node.getOp());
    node.getAttrMap().values().forEach(value -> collect(value, names));
    return names;
  }

  private static void collect(AttrValue value, List<String> names) {
    if (value.hasFunc()) {
      collect(value.getFunc(), names);
    }
    value.getList().getFuncList().forEach(function -> collect(function, names));
  }

  private static void collect(NameAttrList function, List<String> names) {
    names.add(function.getName());
    function.getAttrMap().values().forEach(value -> collect(value, names));
  }
}
