package org.fdistill.plan;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a graph that are in memory at one time: each from the node that makes it to the
 * last that reads it, where nodes run in the order in which they become ready, as TensorFlow's
 * executor takes them.
 */
final class LiveTensors {
  private final SizedGraph graph;
  private final Set<String> nodes;
  private final Map<String, Long> sizes = new HashMap<>();
  private final Map<String, Integer> readers = new HashMap<>();
  private long live;
  private long peak;

  private LiveTensors(SizedGraph graph, Set<String> nodes) {
    this.graph = graph;
    this.nodes = nodes;
    for (String node : nodes) {
      sizes.putAll(graph.made(node));
    }
    for (String node : nodes) {
      read(node).forEach(tensor -> readers.merge(tensor, 1, Integer::sum));
    }
  }

  /**
   * The most bytes that are in use at one time while some nodes run.
   *
   * @param nodes with all that they depend on, or what they lack is there already and not counted
   */
  static long peak(SizedGraph graph, Set<String> nodes) {
    LiveTensors tensors = new LiveTensors(graph, nodes);
    tensors.order().forEach(tensors::run);
    return tensors.peak;
  }

  /**
   * The bytes that some nodes make and others read: what a forward pass leaves for its backward
   * pass.
   */
  static long between(SizedGraph graph, Set<String> makers, Set<String> readers) {
    Map<String, Long> made = new HashMap<>();
    makers.forEach(node -> made.putAll(graph.made(node)));
    Set<String> read = new LinkedHashSet<>();
    readers.forEach(node -> read.addAll(graph.inputs(node)));
    return read.stream().mapToLong(tensor -> made.getOrDefault(tensor, 0L)).sum();
  }

  private void run(String node) {
    Map<String, Long> made = graph.made(node);
    made.forEach((tensor, bytes) -> live += bytes);
    peak = Math.max(peak, live);
    for (String tensor : read(node)) {
      if (readers.merge(tensor, -1, Integer::sum) == 0) {
        live -= sizes.getOrDefault(tensor, 0L);
      }
    }
    made.forEach((tensor, bytes) -> live -= readers.containsKey(tensor) ? 0 : bytes);
  }

  private Collection<String> read(String node) {
    return new LinkedHashSet<>(graph.inputs(node));
  }

  /** First in, first out, from the nodes that wait for nothing. */
  private Collection<String> order() {
    Map<String, Integer> missing = new LinkedHashMap<>();
    Map<String, Set<String>> followers = new HashMap<>();
    for (String node : graph.names()) {
      if (!nodes.contains(node)) {
        continue;
      }
      List<String> waitedFor =
          graph.producers(node).stream().distinct().filter(nodes::contains).toList();
      missing.put(node, waitedFor.size());
      waitedFor.forEach(p -> followers.computeIfAbsent(p, key -> new LinkedHashSet<>()).add(node));
    }
    Deque<String> ready = new ArrayDeque<>();
    missing.forEach(
        (node, count) -> {
          if (count == 0) {
            ready.add(node);
          }
        });
    Set<String> order = new LinkedHashSet<>();
    while (!ready.isEmpty()) {
      String node = ready.remove();
      order.add(node);
      for (String follower : followers.getOrDefault(node, Set.of())) {
        if (missing.merge(follower, -1, Integer::sum) == 0) {
          ready.add(follower);
        }
      }
    }
    return order;
  }
}
