package org.fdistill.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fdistill.graph.Subgraph;
import org.tensorflow.proto.NodeExecStats;

/**
 * An op of a traced step.
 *
 * @param node its name in the graph
 * @param kernel that ran; the node's name where the trace does not tell
 * @param inputs those that the trace shows, in order
 * @param outputs in order; empty where the trace does not tell the kernel
 */
record TracedOp(String node, String kernel, List<TracedTensor> inputs, List<TracedTensor> outputs) {
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

  /** They do where they can; then their results lie in the memory of what they read. */
  private static final Set<String> PASSED_ON_IF_SHARED =
      Set.of("EnsureShape", "Slice", "Split", "SplitV", "StridedSlice", "Sum", "Unpack");

  /**
   * Passes over variables of the size of the op's last input, which the trace shows as handles:
   * Adam reads and writes the parameter and both moments.
   */
  private static final Map<String, Integer> PASSES_OVER_VARIABLES =
      Map.of("ResourceApplyAdam", 6, "AssignAddVariableOp", 2, "AssignSubVariableOp", 2);

  private static final Pattern PRODUCT =
      Pattern.compile("_?(Mkl)?(Native)?_?(Fused)?(Batch)?MatMul.*");

  private static final Pattern CALL = Pattern.compile("(Stateful)?PartitionedCall");

  /** The last part of a node's name, without the number that keeps it apart from others. */
  private static final Pattern CALLEE = Pattern.compile("(?:.*/)?(.+?)(_\\d+)?");

  /**
   * Reads what the runtime says of a node.
   *
   * @param tensors of all nodes, by {@code node:index}
   */
  static TracedOp of(NodeExecStats stats, Map<String, TracedTensor> tensors) {
    String node = stats.getNodeName();
    Matcher label = LABEL.matcher(stats.getTimelineLabel());
    if (!label.matches()) {
      return new TracedOp(node, node, List.of(), List.of());
    }
    List<TracedTensor> inputs =
        Arrays.stream(label.group(2).split(","))
            .map(String::strip)
            .filter(input -> !input.isEmpty() && !Subgraph.isControl(input))
            .map(input -> tensors.get(Subgraph.tensor(input)))
            .filter(Objects::nonNull)
            .toList();
    List<TracedTensor> outputs =
        stats.getOutputList().stream()
            .map(output -> TracedTensor.of(output.getTensorDescription()))
            .toList();
    return new TracedOp(node, label.group(1), inputs, outputs);
  }

  /** The kernel's name; of a compiled loop its own, which its node bears. */
  String name() {
    Matcher callee = CALLEE.matcher(node);
    return CALL.matcher(kernel).matches() && callee.matches() ? callee.group(1) : kernel;
  }

  /** Whether it multiplies matrices. */
  boolean isProduct() {
    return isProduct(kernel);
  }

  /** Whether a kernel multiplies matrices. */
  static boolean isProduct(String kernel) {
    return PRODUCT.matcher(kernel).matches();
  }

  /** Bytes of each tensor that it reads or writes, once. */
  long moved() {
    if (isPassedOn()) {
      return 0;
    }
    long last = inputs.isEmpty() ? 0 : inputs.get(inputs.size() - 1).bytes();
    return bytes(inputs) + bytes(outputs) + PASSES_OVER_VARIABLES.getOrDefault(kernel, 0) * last;
  }

  private boolean isPassedOn() {
    return PASSED_ON.contains(kernel)
        || (PASSED_ON_IF_SHARED.contains(kernel) && outputsShareMemory());
  }

  private boolean outputsShareMemory() {
    return outputs.stream()
        .allMatch(
            output ->
                output.address() != 0
                    && inputs.stream().anyMatch(i -> i.address() == output.address()));
  }

  private static long bytes(List<TracedTensor> tensors) {
    return tensors.stream().mapToLong(TracedTensor::bytes).sum();
  }
}
