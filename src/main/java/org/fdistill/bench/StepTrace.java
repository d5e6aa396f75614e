package org.fdistill.bench;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.NodeOutput;
import org.tensorflow.proto.StepStats;

/**
 * Where the time of one traced step went, and what its ops moved through memory. Ops that run side
 * by side, as a GPU's do with those of its host, share the time: see {@link SharedTime}.
 */
final class StepTrace {
  /** The parts of a step, by what the names of their nodes start with. */
  enum Part {
    TEACHER("teacher"),
    INPUT("train_data"),
    UPDATE("step"),
    STUDENT("");

    private final String prefix;

    Part(String prefix) {
      this.prefix = prefix;
    }

    /** The part of a node. */
    static Part of(String node) {
      for (Part part : values()) {
        if (node.startsWith(part.prefix)) {
          return part;
        }
      }
      throw new IllegalStateException(node);
    }
  }

  private final Map<Part, Double> milliseconds = new LinkedHashMap<>();
  private final Map<Part, Long> bytes = new LinkedHashMap<>();
  private final Map<String, BenchReport.OpCost> byOp = new TreeMap<>();
  private final PassAccount account = new PassAccount();

  StepTrace(StepStats stats) {
    List<NodeExecStats> nodes =
        stats.getDevStatsList().stream()
            .map(DeviceStepStats::getNodeStatsList)
            .flatMap(List::stream)
            .toList();
    Map<String, TracedTensor> tensors = new HashMap<>();
    nodes.forEach(node -> noteOutputs(node, tensors));
    double[] nanos = SharedTime.of(nodes.stream().map(StepTrace::span).toList());
    for (int i = 0; i < nanos.length; i++) {
      add(TracedOp.of(nodes.get(i), tensors), nanos[i] / 1e6);
    }
  }

  private static SharedTime.Span span(NodeExecStats node) {
    return new SharedTime.Span(
        node.getAllStartNanos() + node.getOpStartRelNanos(),
        node.getAllStartNanos() + node.getOpEndRelNanos());
  }

  private static void noteOutputs(NodeExecStats node, Map<String, TracedTensor> tensors) {
    for (NodeOutput output : node.getOutputList()) {
      tensors.put(
          node.getNodeName() + ":" + output.getSlot(),
          TracedTensor.of(output.getTensorDescription()));
    }
  }

  private void add(TracedOp op, double time) {
    Part part = Part.of(op.node());
    long moved = op.moved();
    milliseconds.merge(part, time, Double::sum);
    bytes.merge(part, moved, Long::sum);
    byOp.merge(
        op.kernel(), new BenchReport.OpCost(op.kernel(), time, 1, moved), BenchReport.OpCost::plus);
    account.add(op, time);
  }

  /** What the ops of a part read and wrote. */
  long bytes(Part part) {
    return bytes.getOrDefault(part, 0L);
  }

  /** Of all ops. */
  double milliseconds() {
    return milliseconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Each part's share of the time, 0 to 1. */
  Map<Part, Double> shares() {
    double total = milliseconds();
    Map<Part, Double> shares = new LinkedHashMap<>();
    for (Part part : Part.values()) {
      shares.put(part, milliseconds.getOrDefault(part, 0.0) / total);
    }
    return shares;
  }

  /** The kinds of ops that took longest. */
  List<BenchReport.OpCost> largest(int count) {
    return byOp.values().stream()
        .sorted(Comparator.comparingDouble(BenchReport.OpCost::milliseconds).reversed())
        .limit(count)
        .toList();
  }

  /** What all ops but matrix products read and wrote. */
  long bytesBesidesProducts() {
    return byOp.values().stream()
        .filter(cost -> !TracedOp.isProduct(cost.op()))
        .mapToLong(BenchReport.OpCost::bytes)
        .sum();
  }

  /** Every op, by what it passes over. */
  Passes passes() {
    return account.passes();
  }
}
