package org.fdistill.graph;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.AssignVariableOp;
import org.tensorflow.op.core.DestroyResourceOp;
import org.tensorflow.op.core.NoOp;
import org.tensorflow.op.core.ReadVariableOp;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Weights in bfloat16 that are cast once: each frozen cast to bfloat16 becomes a variable of its
 * own, which one node fills after the weights have been restored. Another node then gives the
 * memory of the float32 variables back that nothing else reads.
 */
final class FrozenValues {
  private static final String FILL = "fill_bfloat16_weights";
  private static final String HANDLE = "/bfloat16_handle";
  private static final AttrValue BFLOAT16 =
      AttrValue.newBuilder().setType(DataType.DT_BFLOAT16).build();
  private static final String RELEASE = "release_float32_weights";

  private final String scope;
  private final FrozenTensors tensors;
  private final List<NodeDef> added = new ArrayList<>();
  private final List<String> assignments = new ArrayList<>();

  /** The variable that is read in the place of each cast. */
  private final Map<String, String> reads = new HashMap<>();

  private FrozenValues(String scope, FrozenTensors tensors) {
    this.scope = scope;
    this.tensors = tensors;
  }

  /**
   * Rewrites a graph.
   *
   * @param scope what the names of the new resources start with
   * @param tensors of the graph before the casts were put in
   * @param program whose products are in bfloat16
   */
  static FrozenProgram hoist(String scope, FrozenTensors tensors, FrozenProgram program) {
    FrozenValues values = new FrozenValues(scope, tensors);
    List<NodeDef> nodes = program.graph().getNodeList();
    nodes.stream().filter(values::isFrozenCast).forEach(values::keep);
    GraphDef.Builder result = program.graph().toBuilder().clearNode();
    nodes.forEach(node -> result.addNode(values.rewired(node)));
    result.addAllNode(values.added).addNode(noOp(FILL, values.assignments));
    List<NodeDef> releases = releases(result.build(), program);
    result.addAllNode(releases);
    result.addNode(noOp(RELEASE, releases.stream().map(NodeDef::getName).toList()));
    return new FrozenProgram(
        result.build(), program.input(), program.output(), List.of(FILL, RELEASE));
  }

  /** Not of one number: as constants of an activation such numbers are part of a fused kernel. */
  private boolean isFrozenCast(NodeDef node) {
    return node.getOp().equals(Cast.OP_NAME)
        && node.getAttrOrThrow("SrcT").getType() == DataType.DT_FLOAT
        && node.getAttrOrThrow("DstT").getType() == DataType.DT_BFLOAT16
        && tensors.isFrozen(node.getInput(0))
        && !Shape.scalar().equals(tensors.shape(node.getInput(0)));
  }

  private void keep(NodeDef cast) {
    String handle = cast.getName() + HANDLE;
    String read = cast.getName() + "/read";
    String assign = cast.getName() + "/assign";
    ByteString shared = ByteString.copyFromUtf8(scope + "/" + cast.getName());
    added.add(
        node(handle, VarHandleOp.OP_NAME)
            .putAttr("dtype", BFLOAT16)
            .putAttr("shape", shape(tensors.shape(cast.getInput(0))))
            .putAttr("shared_name", AttrValue.newBuilder().setS(shared).build())
            .build());
    added.add(node(read, ReadVariableOp.OP_NAME, handle).putAttr("dtype", BFLOAT16).build());
    added.add(
        node(assign, AssignVariableOp.OP_NAME, handle, cast.getName())
            .putAttr("dtype", BFLOAT16)
            .build());
    assignments.add(assign);
    reads.put(cast.getName() + ":0", read);
  }

  /** Nobody waits for what is frozen: functions wait for each variable that they read. */
  private NodeDef rewired(NodeDef node) {
    NodeDef.Builder result = node.toBuilder().clearInput();
    node.getInputList().stream()
        .filter(i -> !Subgraph.isControl(i) || !tensors.isFrozen(i))
        .forEach(i -> result.addInput(reads.getOrDefault(Subgraph.tensor(i), i)));
    return result.build();
  }

  /** One node for each variable that the fill reads and the output no more. */
  private static List<NodeDef> releases(GraphDef graph, FrozenProgram program) {
    Subgraph parts = new Subgraph(graph);
    Set<String> read = new LinkedHashSet<>(parts.needed(List.of(FILL)));
    read.removeAll(
        parts.needed(List.of(Subgraph.nodeOf(program.output())), Set.of(program.input())));
    return read.stream()
        .filter(name -> parts.node(name).getOp().equals(VarHandleOp.OP_NAME))
        .filter(name -> !name.endsWith(HANDLE))
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

  private static AttrValue shape(Shape shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    if (shape.isUnknown()) {
      dimensions.setUnknownRank(true);
    } else {
      for (long size : shape.asArray()) {
        dimensions.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
      }
    }
    return AttrValue.newBuilder().setShape(dimensions).build();
  }
}
