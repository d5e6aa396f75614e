package org.fdistill.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fdistill.graph.Subgraph;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.NodeOutput;
import org.tensorflow.proto.StepStats;
import org.tensorflow.proto.TensorDescription;
import org.tensorflow.proto.TensorShapeProto;

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

  /** What the runtime says of a node: {@code name = Op(input, other:1, ^control)}. */
  private static final Pattern LABEL = Pattern.compile("(?s).* = (\\w+)\\((.*)\\)");

  /** They give a reference to what is there already. */
  private static final Set<String> PASSED_ON =
      Set.of(
          "AssignVariableOp",
          "Const",
          "ExpandDims",
          "Identity",
          "IdentityN",
          "IteratorGetNext",
          "ReadVariableOp",
          "Reshape",
          "Squeeze",
          "StopGradient",
          "_Arg",
          "_Retval");

  /**
   * Passes over variables of the size of the op's last input, which the trace shows as handles:
   * Adam reads and writes the parameter and both moments.
   */
  private static final Map<String, Integer> PASSES_OVER_VARIABLES =
      Map.of("ResourceApplyAdam", 6, "AssignAddVariableOp", 2, "AssignSubVariableOp", 2);

  private static final Pattern PRODUCT =
      Pattern.compile("_?(Mkl)?(Native)?_?(Fused)?(Batch)?MatMul.*");

  private final Map<Part, Double> milliseconds = new LinkedHashMap<>();
  private final Map<Part, Long> bytes = new LinkedHashMap<>();
  private final Map<String, BenchReport.OpCost> byOp = new TreeMap<>();
  private final Map<String, Long> tensorBytes = new HashMap<>();

  StepTrace(StepStats stats) {
    List<NodeExecStats> nodes =
        stats.getDevStatsList().stream()
            .map(DeviceStepStats::getNodeStatsList)
            .flatMap(List::stream)
            .toList();
    nodes.forEach(this::noteTensors);
    double[] nanos = SharedTime.of(nodes.stream().map(StepTrace::span).toList());
    for (int i = 0; i < nanos.length; i++) {
      add(nodes.get(i), nanos[i] / 1e6);
    }
  }

  private static SharedTime.Span span(NodeExecStats node) {
    return new SharedTime.Span(
        node.getAllStartNanos() + node.getOpStartRelNanos(),
        node.getAllStartNanos() + node.getOpEndRelNanos());
  }

  private void noteTensors(NodeExecStats node) {
    for (NodeOutput output : node.getOutputList()) {
      tensorBytes.put(
          node.getNodeName() + ":" + output.getSlot(), bytes(output.getTensorDescription()));
    }
  }

  private void add(NodeExecStats node, double time) {
    Part part = Part.of(node.getNodeName());
    milliseconds.merge(part, time, Double::sum);
    Matcher label = LABEL.matcher(node.getTimelineLabel());
    boolean known = label.matches();
    String op = known ? label.group(1) : node.getNodeName();
    long moved = known ? moved(op, inputs(label.group(2)), node) : 0;
    bytes.merge(part, moved, Long::sum);
    byOp.merge(op, new BenchReport.OpCost(op, time, 1, moved), BenchReport.OpCost::plus);
  }

  private static List<String> inputs(String list) {
    return Arrays.stream(list.split(","))
        .map(String::strip)
        .filter(input -> !input.isEmpty() && !Subgraph.isControl(input))
        .map(Subgraph::tensor)
        .toList();
  }

  /** Each tensor that a node reads or writes, once. */
  private long moved(String op, List<String> inputs, NodeExecStats node) {
    if (PASSED_ON.contains(op)) {
      return 0;
    }
    long read = inputs.stream().mapToLong(input -> tensorBytes.getOrDefault(input, 0L)).sum();
    long written =
        node.getOutputList().stream().mapToLong(o -> bytes(o.getTensorDescription())).sum();
    long last = inputs.isEmpty() ? 0 : tensorBytes.getOrDefault(inputs.get(inputs.size() - 1), 0L);
    return read + written + PASSES_OVER_VARIABLES.getOrDefault(op, 0) * last;
  }

  /** Of numbers; 0 for handles and strings. */
  private static long bytes(TensorDescription tensor) {
    long size =
        switch (tensor.getDtype()) {
          case DT_UINT8, DT_INT8, DT_BOOL -> 1;
          case DT_BFLOAT16, DT_HALF, DT_INT16, DT_UINT16 -> 2;
          case DT_FLOAT, DT_INT32, DT_UINT32 -> 4;
          case DT_DOUBLE, DT_INT64, DT_UINT64 -> 8;
          default -> 0;
        };
    for (TensorShapeProto.Dim dimension : tensor.getShape().getDimList()) {
      size *= dimension.getSize();
    }
    return size;
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
        .filter(cost -> !PRODUCT.matcher(cost.op()).matches())
        .mapToLong(BenchReport.OpCost::bytes)
        .sum();
  }
}
