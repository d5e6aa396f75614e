package org.fdistill.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Constant;
import org.tensorflow.op.core.ExpandDims;
import org.tensorflow.op.core.Identity;
import org.tensorflow.op.core.PartitionedCall;
import org.tensorflow.op.core.Reshape;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.StopGradient;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.op.math.Mean;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Ops of a frozen model with one result as a function that XLA compiles, all in float32, and the
 * nodes that call it in their place.
 */
final class FrozenLoop {
  /** The types of tensors that a loop takes and gives. */
  static final Map<DataType, Class<? extends TFloating>> TYPES =
      Map.of(DataType.DT_FLOAT, TFloat32.class, DataType.DT_BFLOAT16, TBfloat16.class);

  /** They give the same numbers, in a shape that may be another. */
  static final Set<String> VIEWS =
      Set.of(
          Identity.OP_NAME,
          StopGradient.OP_NAME,
          Reshape.OP_NAME,
          ExpandDims.OP_NAME,
          Squeeze.OP_NAME);

  /** Along the last axis, which they keep. */
  static final Set<String> REDUCTIONS = Set.of(Mean.OP_NAME, Sum.OP_NAME);

  private final List<NodeDef> run;
  private final FrozenTensors tensors;
  private final String result;

  /** Where each tensor from outside stands among the arguments. */
  private final Map<String, Integer> arguments = new LinkedHashMap<>();

  /**
   * A run of ops.
   *
   * @param run each after those of the run that it reads; the last gives the result
   * @param tensors of the graph
   */
  FrozenLoop(List<NodeDef> run, FrozenTensors tensors) {
    this.run = run;
    this.tensors = tensors;
    this.result = run.get(run.size() - 1).getName();
    List<String> own = run.stream().map(NodeDef::getName).toList();
    run.stream()
        .flatMap(node -> values(node).stream())
        .filter(tensor -> !own.contains(Subgraph.nodeOf(tensor)))
        .forEach(tensor -> arguments.putIfAbsent(tensor, arguments.size()));
  }

  /** The inputs of an op without those that say which axes or what shape. */
  static List<String> values(NodeDef node) {
    boolean first = VIEWS.contains(node.getOp()) || REDUCTIONS.contains(node.getOp());
    return node.getInputList().stream()
        .limit(first ? 1 : node.getInputCount())
        .map(Subgraph::tensor)
        .toList();
  }

  /** The same for all runs that compute the same of tensors of the same types. */
  FunctionDef function() {
    List<Class<? extends TFloating>> types = new ArrayList<>();
    arguments.keySet().forEach(tensor -> types.add(TYPES.get(tensors.type(tensor))));
    return CompiledLoop.of("frozen_loop", this::formula)
        .function(types, List.of(TYPES.get(tensors.type(result))));
  }

  private List<Operand<TFloat32>> formula(Ops tf, List<Operand<TFloat32>> x) {
    Map<String, Operand<TFloat32>> known = new HashMap<>();
    arguments.forEach((tensor, index) -> known.put(tensor, x.get(index)));
    for (NodeDef node : run) {
      List<Operand<TFloat32>> of = values(node).stream().map(known::get).toList();
      known.put(node.getName() + ":0", operation(tf, node, of));
    }
    return List.of(known.get(result + ":0"));
  }

  private Operand<TFloat32> operation(Ops tf, NodeDef node, List<Operand<TFloat32>> x) {
    long[] shape = tensors.shape(node.getName()).asArray();
    return switch (node.getOp()) {
      case Cast.OP_NAME, Identity.OP_NAME, StopGradient.OP_NAME -> x.get(0);
      case Reshape.OP_NAME, ExpandDims.OP_NAME, Squeeze.OP_NAME ->
          tf.reshape(x.get(0), tf.constant(shape));
      case Mean.OP_NAME ->
          tf.math.mean(x.get(0), tf.constant(shape.length - 1), Mean.keepDims(true));
      case Sum.OP_NAME -> tf.sum(x.get(0), tf.constant(shape.length - 1), Sum.keepDims(true));
      default -> {
        OperationBuilder operation = tf.scope().opBuilder(node.getOp(), node.getOp());
        x.forEach(value -> operation.addInput(value.asOutput()));
        yield operation.build().<TFloat32>output(0);
      }
    };
  }

  /**
   * A call, and its result under the name that the last op of the run had, with the shape that
   * those who read the graph cannot tell from a call.
   *
   * @param function the name of {@link #function}
   */
  List<NodeDef> nodes(String function) {
    AttrValue type = type(tensors.type(result));
    NodeDef.Builder call =
        node(result + "/loop", PartitionedCall.OP_NAME)
            .addAllInput(arguments.keySet())
            .putAttr("Tin", types(arguments.keySet()))
            .putAttr("Tout", types(Set.of(result)))
            .putAttr(
                "f",
                AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build())
            .putAttr(CompiledLoop.COMPILED, AttrValue.newBuilder().setB(true).build());
    NodeDef.Builder shape =
        node(result + "/loop_shape", Constant.OP_NAME)
            .putAttr("dtype", type(DataType.DT_INT64))
            .putAttr("value", AttrValue.newBuilder().setTensor(shape()).build());
    NodeDef.Builder shaped =
        node(result, Reshape.OP_NAME)
            .addInput(call.getName())
            .addInput(shape.getName())
            .putAttr("T", type)
            .putAttr("Tshape", type(DataType.DT_INT64));
    return List.of(call.build(), shape.build(), shaped.build());
  }

  private TensorProto shape() {
    TensorProto.Builder value = TensorProto.newBuilder().setDtype(DataType.DT_INT64);
    long[] shape = tensors.shape(result).asArray();
    for (long dimension : shape) {
      value.addInt64Val(dimension);
    }
    TensorShapeProto.Dim length = TensorShapeProto.Dim.newBuilder().setSize(shape.length).build();
    return value.setTensorShape(TensorShapeProto.newBuilder().addDim(length)).build();
  }

  private AttrValue types(Set<String> names) {
    AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
    names.forEach(name -> list.addType(tensors.type(name)));
    return AttrValue.newBuilder().setList(list).build();
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  private static NodeDef.Builder node(String name, String op) {
    return NodeDef.newBuilder().setName(name).setOp(op);
  }
}
