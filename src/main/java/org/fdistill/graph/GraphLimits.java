package org.fdistill.graph;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.fdistill.config.UserError;
import org.tensorflow.proto.NodeDef;

/**
 * Limits on foreign graphs, checked before TensorFlow sees them. Its passes recurse along calls and
 * inputs: a function that calls itself, or a long enough chain of calls, overruns the stack of the
 * process, and functions that call others twice each grow without bound when they are inlined.
 */
final class GraphLimits {
  /**
   * Calls inside of one another. Models written by Keras nest below ten; TensorFlow inlines a
   * hundred in a second, three hundred in five, and a thousand overrun a stack of 1 MiB.
   */
  static final int DEPTH = 100;

  /**
   * Nodes once every call is inlined. The largest frozen vision models have some ten thousand; so
   * many take TensorFlow seconds to import.
   */
  static final long NODES = 200_000;

  private final Subgraph parts;
  private final String who;
  private final Map<String, Size> sizes = new HashMap<>();
  private final Set<String> open = new LinkedHashSet<>();

  /**
   * What inlining makes of a function.
   *
   * @param nodes in it and in all that it calls, once for each call; capped above {@link #NODES}
   * @param depth of calls, 0 for a function that calls none
   */
  private record Size(long nodes, int depth) {}

  private GraphLimits(Subgraph parts, String who) {
    this.parts = parts;
    this.who = who;
  }

  /**
   * Refuses nodes that are too many, or whose calls are too deep or never end.
   *
   * @param nodes names of those that will be imported
   * @param who the model, at the start of the message
   * @throws UserError of kind input
   */
  static void require(Subgraph parts, Collection<String> nodes, String who) {
    GraphLimits limits = new GraphLimits(parts, who);
    Size size = limits.size(nodes.stream().map(parts::node).toList());
    if (size.nodes() > NODES) {
      throw UserError.input(
          who
              + ": its graph has more than "
              + NODES
              + " nodes, calls counted as often as they are made.\nNetworks have some thousands."
              + " Export the model for inference alone, or another one.");
    }
  }

  private Size size(Collection<NodeDef> body) {
    long count = body.size();
    int depth = 0;
    for (NodeDef node : body) {
      for (String name : Subgraph.references(node)) {
        if (parts.function(name) != null) {
          Size called = size(name);
          count = Math.min(NODES + 1, count + called.nodes());
          depth = Math.max(depth, called.depth() + 1);
        }
      }
    }
    return new Size(count, depth);
  }

  private Size size(String function) {
    Size known = sizes.get(function);
    if (known == null) {
      if (!open.add(function)) {
        throw refused("function " + function + " calls itself");
      }
      requireDepth(open.size());
      known = size(parts.function(function).getNodeDefList());
      open.remove(function);
      sizes.put(function, known);
    }
    requireDepth(open.size() + known.depth());
    return known;
  }

  private void requireDepth(int depth) {
    if (depth > DEPTH) {
      throw refused("its functions call each other more than " + DEPTH + " deep");
    }
  }

  private UserError refused(String what) {
    return UserError.input(
        who
            + ": "
            + what
            + ", which TensorFlow cannot run.\nExport the model again, for inference alone.");
  }
}
