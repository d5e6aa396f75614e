package org.fdistill.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/**
 * A GraphDef by name: which nodes and functions a set of nodes needs. It is also the one place that
 * knows how inputs are spelt: {@code node} or {@code node:0} for the first output, {@code node:1},
 * {@code ^node} for a control edge and, inside of functions, {@code node:output:0}.
 */
public final class Subgraph {
  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
  private final Map<String, FunctionDef> functions = new HashMap<>();

  /** Indexes a graph. */
  public Subgraph(GraphDef graph) {
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    graph
        .getLibrary()
        .getFunctionList()
        .forEach(function -> functions.put(function.getSignature().getName(), function));
  }

  /** All nodes by name, in the graph's order. */
  public Map<String, NodeDef> nodes() {
    return Collections.unmodifiableMap(nodes);
  }

  /** A node by name. */
  public NodeDef node(String name) {
    NodeDef node = nodes.get(name);
    if (node == null) {
      throw new NoSuchElementException("the graph has no node " + name);
    }
    return node;
  }

  /** A function of the graph's library by name; null where it has none such. */
  FunctionDef function(String name) {
    return functions.get(name);
  }

  /**
   * The names of all nodes that the given ones depend on, themselves included.
   *
   * @param targets names of nodes
   */
  public Set<String> needed(Collection<String> targets) {
    return upstream(targets, input -> true);
  }

  /**
   * The names of all nodes that the given ones depend on, themselves included.
   *
   * @param targets names of nodes
   * @param fed tensors ({@code node:index}) that come from elsewhere; what they depend on is left
   *     out
   */
  public Set<String> needed(Collection<String> targets, Set<String> fed) {
    return upstream(targets, input -> !cut(input, fed));
  }

  /**
   * The names of all nodes that the given ones depend on through the inputs that are followed,
   * themselves included, nearest first.
   *
   * @param follows decides on an input as it is spelt in its node
   */
  public Set<String> upstream(Collection<String> targets, Predicate<String> follows) {
    Set<String> found = new LinkedHashSet<>();
    Set<String> absent = walk(targets, follows, found);
    if (!absent.isEmpty()) {
      throw new NoSuchElementException("the graph has no node " + absent.iterator().next());
    }
    return found;
  }

  /**
   * The names of nodes that the given ones depend on, themselves included, and that are not there.
   */
  public Set<String> absent(Collection<String> targets, Set<String> fed) {
    return walk(targets, input -> !cut(input, fed), new LinkedHashSet<>());
  }

  /** Collects what is found; gives what is not there. */
  private Set<String> walk(
      Collection<String> targets, Predicate<String> follows, Set<String> found) {
    Set<String> absent = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(targets);
    while (!open.isEmpty()) {
      String name = open.remove();
      if (!nodes.containsKey(name)) {
        absent.add(name);
      } else if (found.add(name)) {
        nodes.get(name).getInputList().stream()
            .filter(follows)
            .forEach(input -> open.add(nodeOf(input)));
      }
    }
    return absent;
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
    Set<String> types = operationsOfFunctions(nodeNames);
    nodeNames.forEach(name -> types.add(nodes.get(name).getOp()));
    types.removeIf(functions::containsKey);
    return types;
  }

  /** The types of the ops inside of the functions that some nodes call. */
  public Set<String> operationsOfFunctions(Collection<String> nodeNames) {
    Set<String> types = new LinkedHashSet<>();
    for (String function : functionsOf(nodeNames)) {
      functions.get(function).getNodeDefList().forEach(node -> types.add(node.getOp()));
    }
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

  /** Whether an input is a control edge, {@code ^node}, which waits and brings no tensor. */
  public static boolean isControl(String input) {
    return input.startsWith("^");
  }

  /** The node of an input such as {@code node}, {@code node:1} or {@code ^node}. */
  public static String nodeOf(String input) {
    String data = isControl(input) ? input.substring(1) : input;
    int colon = data.indexOf(':');
    return colon < 0 ? data : data.substring(0, colon);
  }

  /** Which output of its node a tensor is: 1 for {@code node:1}, 0 for {@code node}. */
  public static int indexOf(String tensor) {
    int colon = tensor.lastIndexOf(':');
    return colon < 0 ? 0 : Integer.parseInt(tensor.substring(colon + 1));
  }

  /** A tensor's name with its index: {@code node:0} for {@code node}. */
  public static String tensor(String name) {
    return name.contains(":") ? name : name + ":0";
  }

  /** Whether an input comes from elsewhere; waiting for what is fed is no dependency. */
  static boolean cut(String input, Set<String> fed) {
    return fed.contains(tensor(isControl(input) ? input.substring(1) : input));
  }

  /** The functions that a node names, as often as it does: as its op, or in its attributes. */
  public static List<String> references(NodeDef node) {
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
