package org.fdistill.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Which files a model's restore part reads. A saver restores from the path that it is fed; a graph
 * can as well hold the path of another bundle, whose tensors would then be taken for the model's.
 * Only a path that comes unchanged from what is fed, through identities and calls, is the model's
 * own.
 */
final class RestorePaths {
  /** The ops that read tensors from a bundle, or a checkpoint of its older format. */
  static final Set<String> OPS = Set.of("Restore", "RestoreSlice", "RestoreV2");

  private final Subgraph parts;
  private final Set<String> foreign = new LinkedHashSet<>();
  private final Set<Call> seen = new HashSet<>();

  /**
   * One way in which a function is called.
   *
   * @param own those of its arguments that are the fed path
   */
  private record Call(String function, Set<String> own) {}

  private RestorePaths(Subgraph parts) {
    this.parts = parts;
  }

  /**
   * The ops that read another path, each as its type and node.
   *
   * @param restoring names of the nodes that restore
   * @param fed the tensor ({@code node:index}) that the path is fed into
   */
  static List<String> foreign(Subgraph parts, Collection<String> restoring, String fed) {
    RestorePaths paths = new RestorePaths(parts);
    List<NodeDef> nodes = restoring.stream().map(parts::node).toList();
    Map<String, NodeDef> byName = parts.nodes();
    paths.body(nodes, byName::get, input -> Subgraph.tensor(input).equals(fed));
    return List.copyOf(paths.foreign);
  }

  /**
   * Looks at nodes of the graph or of a function.
   *
   * @param byName finds a node of the same body; null where there is none
   * @param isFed whether an input, as it is spelt, is the fed path itself
   */
  private void body(
      Collection<NodeDef> nodes, Function<String, NodeDef> byName, Predicate<String> isFed) {
    Predicate<String> own = input -> isOwn(input, byName, isFed);
    for (NodeDef node : nodes) {
      if (OPS.contains(node.getOp()) && !(node.getInputCount() > 0 && own.test(node.getInput(0)))) {
        foreign.add(node.getOp() + " (" + node.getName() + ")");
      }
      for (String called : Subgraph.references(node)) {
        FunctionDef function = parts.function(called);
        if (function != null) {
          call(function, ownArguments(node, function, own));
        }
      }
    }
  }

  /** Follows identities upstream; a circle of them leads nowhere. */
  private static boolean isOwn(
      String input, Function<String, NodeDef> byName, Predicate<String> isFed) {
    Set<String> passed = new HashSet<>();
    String at = input;
    while (!isFed.test(at) && passed.add(at)) {
      NodeDef node = byName.apply(Subgraph.nodeOf(at));
      if (node == null || !node.getOp().equals("Identity") || node.getInputCount() == 0) {
        return false;
      }
      at = node.getInput(0);
    }
    return isFed.test(at);
  }

  /** Only a plain call hands its inputs on in their order. */
  private static Set<String> ownArguments(
      NodeDef node, FunctionDef function, Predicate<String> own) {
    boolean plain =
        RuntimeOps.CALLS.contains(node.getOp())
            || node.getOp().equals(function.getSignature().getName());
    List<OpDef.ArgDef> arguments = function.getSignature().getInputArgList();
    Set<String> found = new LinkedHashSet<>();
    for (int i = 0; plain && i < Math.min(arguments.size(), node.getInputCount()); i++) {
      if (own.test(node.getInput(i))) {
        found.add(arguments.get(i).getName());
      }
    }
    return found;
  }

  private void call(FunctionDef function, Set<String> own) {
    if (seen.add(new Call(function.getSignature().getName(), own))) {
      List<NodeDef> nodes = new ArrayList<>(function.getNodeDefList());
      Map<String, NodeDef> byName =
          nodes.stream()
              .collect(Collectors.toMap(NodeDef::getName, node -> node, (first, second) -> first));
      body(nodes, byName::get, own::contains);
    }
  }
}
