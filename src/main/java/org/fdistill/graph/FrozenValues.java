package org.fdistill.graph;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.AssignVariableOp;
import org.tensorflow.op.core.Constant;
import org.tensorflow.op.core.DestroyResourceOp;
import org.tensorflow.op.core.ExpandDims;
import org.tensorflow.op.core.Identity;
import org.tensorflow.op.core.NoOp;
import org.tensorflow.op.core.ReadVariableOp;
import org.tensorflow.op.core.Reshape;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * What follows from a model's weights alone, computed once: each float tensor of the kind that the
 * rest of the graph reads becomes a variable of its own, which one node fills after the weights
 * have been restored. Such are weights in bfloat16 and transposed ones, folded batch norms, and the
 * position biases that a Swin V2 makes with a network. Another node then gives the memory of the
 * variables back that nothing else reads.
 *
 * <p>Only casts to bfloat16 are held whatever their number; all else together takes no more memory
 * than the model's weights, in the order of the graph. What follows from constants alone and has
 * their type is left to TensorFlow, which computes it once itself.
 */
final class FrozenValues {
  private static final String FILL = "fill_frozen_values";
  private static final String HANDLE = "_held";
  private static final String RELEASE = "release_unread_weights";

  private static final Map<DataType, Integer> BYTES =
      Map.of(
          DataType.DT_BFLOAT16,
          2,
          DataType.DT_HALF,
          2,
          DataType.DT_FLOAT,
          4,
          DataType.DT_DOUBLE,
          8);

  /** They compute nothing. */
  private static final Set<String> VIEWS =
      Set.of(
          ReadVariableOp.OP_NAME,
          Identity.OP_NAME,
          Reshape.OP_NAME,
          ExpandDims.OP_NAME,
          Squeeze.OP_NAME);

  private final String scope;
  private final FrozenTensors tensors;
  private final Subgraph parts;
  private final List<NodeDef> added = new ArrayList<>();
  private final List<String> assignments = new ArrayList<>();

  /** What is read in the place of each tensor that is held. */
  private final Map<String, String> reads = new LinkedHashMap<>();

  /** The bytes that may still be held. */
  private long left;

  private FrozenValues(String scope, FrozenProgram program) {
    this.scope = scope;
    this.tensors = FrozenTensors.of(program.graph(), program.input(), program.output());
    this.parts = program.parts();
    this.left = weights();
  }

  /**
   * Rewrites a graph without calls.
   *
   * @param scope what the names of the new resources start with
   * @return empty where there is nothing to hold
   * @throws org.tensorflow.exceptions.TensorFlowException where TensorFlow refuses the graph
   */
  static Optional<FrozenProgram> hold(String scope, FrozenProgram program) {
    FrozenValues values = new FrozenValues(scope, program);
    values.readByTheRest(program.graph()).stream()
        .filter(values::isWorthHolding)
        .forEach(values::hold);
    return values.reads.isEmpty() ? Optional.empty() : Optional.of(values.rewritten(program));
  }

  private FrozenProgram rewritten(FrozenProgram program) {
    GraphDef.Builder result = program.graph().toBuilder().clearNode();
    program.graph().getNodeList().forEach(node -> result.addNode(rewired(node)));
    result.addAllNode(added).addNode(noOp(FILL, assignments));
    List<NodeDef> releases = releases(result.build(), program);
    result.addAllNode(releases);
    result.addNode(noOp(RELEASE, releases.stream().map(NodeDef::getName).toList()));
    return new FrozenProgram(
        result.build(), program.input(), program.output(), List.of(FILL, RELEASE));
  }

  private boolean isOfTheRest(NodeDef node) {
    return tensors.inference().contains(node.getName()) && !tensors.isFrozen(node.getName());
  }

  /** The frozen tensors that others read, in the order of the graph. */
  private Set<String> readByTheRest(GraphDef graph) {
    Set<String> read = new LinkedHashSet<>();
    graph.getNodeList().stream()
        .filter(this::isOfTheRest)
        .flatMap(node -> node.getInputList().stream())
        .filter(input -> !Subgraph.isControl(input) && tensors.isFrozen(input))
        .forEach(input -> read.add(Subgraph.tensor(input)));
    return read;
  }

  /** Not what is one number: as constants of an activation such are part of a fused kernel. */
  private boolean isWorthHolding(String tensor) {
    Shape shape = tensors.shape(tensor);
    if (!BYTES.containsKey(tensors.type(tensor)) || Shape.scalar().equals(shape)) {
      return false;
    }
    if (isCastToBfloat16(parts.node(Subgraph.nodeOf(tensor)))) {
      return true;
    }
    if (shape.isUnknown() || shape.hasUnknownDimension() || !isComputedOfVariables(tensor)) {
      return false;
    }
    long bytes = bytes(tensor);
    boolean fits = bytes <= left;
    left -= fits ? bytes : 0;
    return fits;
  }

  private static boolean isCastToBfloat16(NodeDef node) {
    return node.getOp().equals(Cast.OP_NAME)
        && node.getAttrOrThrow("SrcT").getType() == DataType.DT_FLOAT
        && node.getAttrOrThrow("DstT").getType() == DataType.DT_BFLOAT16;
  }

  private boolean isComputedOfVariables(String tensor) {
    NodeDef node = parts.node(Subgraph.nodeOf(tensor));
    while (VIEWS.contains(node.getOp())) {
      node = parts.node(Subgraph.nodeOf(node.getInput(0)));
    }
    return node.getInputCount() > 0
        && parts.needed(List.of(node.getName())).stream()
            .anyMatch(name -> RuntimeOps.VARIABLES.contains(parts.node(name).getOp()));
  }

  /** The bytes of the variables and constants that the output needs. */
  private long weights() {
    Map<String, Long> sizes = new HashMap<>();
    for (String name : tensors.inference()) {
      NodeDef node = parts.node(name);
      if (node.getOp().equals(ReadVariableOp.OP_NAME)) {
        sizes.put(Subgraph.nodeOf(node.getInput(0)), bytes(name));
      } else if (node.getOp().equals(Constant.OP_NAME)
          || RuntimeOps.VARIABLES.contains(node.getOp())) {
        sizes.putIfAbsent(name, bytes(name));
      }
    }
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** As far as they are known. */
  private long bytes(String tensor) {
    Shape shape = tensors.shape(tensor);
    boolean known = !shape.isUnknown() && !shape.hasUnknownDimension();
    return known ? shape.size() * BYTES.getOrDefault(tensors.type(tensor), 0) : 0;
  }

  private void hold(String tensor) {
    String name = tensor.replace(":", "/output_");
    DataType type = tensors.type(tensor);
    AttrValue dtype = AttrValue.newBuilder().setType(type).build();
    ByteString shared = ByteString.copyFromUtf8(scope + "/" + name);
    added.add(
        node(name + HANDLE, VarHandleOp.OP_NAME)
            .putAttr("dtype", dtype)
            .putAttr("shape", FrozenTensors.attribute(tensors.shape(tensor)))
            .putAttr("shared_name", AttrValue.newBuilder().setS(shared).build())
            .build());
    String read = name + "/read";
    added.add(node(read, ReadVariableOp.OP_NAME, name + HANDLE).putAttr("dtype", dtype).build());
    String assign = name + "/assign";
    added.add(
        node(assign, AssignVariableOp.OP_NAME, name + HANDLE, tensor)
            .putAttr("dtype", dtype)
            .build());
    assignments.add(assign);
    reads.put(tensor, read);
  }

  /** Nobody waits for what is frozen: functions wait for each variable that they read. */
  private NodeDef rewired(NodeDef node) {
    boolean reading = isOfTheRest(node);
    NodeDef.Builder result = node.toBuilder().clearInput();
    node.getInputList().stream()
        .filter(i -> !Subgraph.isControl(i) || !tensors.isFrozen(i))
        .map(i -> reading ? reads.getOrDefault(Subgraph.tensor(i), i) : i)
        .forEach(result::addInput);
    return result.build();
  }

  /** One node for each variable that the fill reads and the output no more. */
  private List<NodeDef> releases(GraphDef graph, FrozenProgram program) {
    Subgraph held = new Subgraph(graph);
    Set<String> read = new LinkedHashSet<>(held.needed(List.of(FILL)));
    read.removeAll(
        held.needed(List.of(Subgraph.nodeOf(program.output())), Set.of(program.input())));
    return read.stream()
        .filter(name -> parts.nodes().containsKey(name))
        .filter(name -> parts.node(name).getOp().equals(VarHandleOp.OP_NAME))
        .map(name -> node(name + "/release", DestroyResourceOp.OP_NAME, name).build())
        .toList();
  }

  private static NodeDef noOp(String name, List<String> after) {
    return node(name, NoOp.OP_NAME, after.stream().map(a -> "^" + a).toArray(String[]::new))
        .build();
  }

  private static NodeDef.Builder node(String name, String op, String... inputs) {
    return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs));
  }
}
