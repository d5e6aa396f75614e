package org.fdistill.graph.rewrite;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.fdistill.graph.Subgraph;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Keeps XLA out of the input pipeline. Where a session clusters by itself it looks into the
 * functions of data sets too, and compiles what draws an image's crop or the order of its changes,
 * whose shapes no compiler knows: every image then counts as one that cannot be read.
 */
public final class UncompiledInput {
  private static final String COMPILE = "_XlaCompile";
  private static final AttrValue NO = AttrValue.newBuilder().setB(false).build();

  private UncompiledInput() {}

  /** Marks the nodes of every function that a data set calls, or a function that it calls. */
  public static GraphDef mark(GraphDef graph) {
    Set<String> called = called(graph);
    if (called.isEmpty()) {
      return graph;
    }
    GraphDef.Builder marked = graph.toBuilder();
    for (FunctionDef.Builder function : marked.getLibraryBuilder().getFunctionBuilderList()) {
      if (called.contains(function.getSignature().getName())) {
        function.getNodeDefBuilderList().forEach(node -> node.putAttr(COMPILE, NO));
      }
    }
    return marked.build();
  }

  private static Set<String> called(GraphDef graph) {
    Map<String, List<NodeDef>> bodies = new HashMap<>();
    graph
        .getLibrary()
        .getFunctionList()
        .forEach(f -> bodies.put(f.getSignature().getName(), f.getNodeDefList()));
    Deque<String> open = new ArrayDeque<>();
    Stream.concat(Stream.of(graph.getNodeList()), bodies.values().stream())
        .flatMap(List::stream)
        .filter(node -> node.getOp().contains("Dataset"))
        .flatMap(node -> Subgraph.references(node).stream())
        .forEach(open::add);
    Set<String> called = new HashSet<>();
    while (!open.isEmpty()) {
      String function = open.pop();
      if (bodies.containsKey(function) && called.add(function)) {
        bodies.get(function).stream()
            .flatMap(node -> Subgraph.references(node).stream())
            .forEach(open::add);
      }
    }
    return called;
  }
}
