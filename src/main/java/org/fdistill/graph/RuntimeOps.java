package org.fdistill.graph;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.core.PartitionedCall;
import org.tensorflow.op.core.StatefulPartitionedCall;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.NodeDefOrBuilder;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpDef.ArgDef;
import org.tensorflow.proto.OpDef.AttrDef;
import org.tensorflow.proto.OpList;

/** The ops that this process's TensorFlow knows, and what follows for graphs of other versions. */
public final class RuntimeOps {
  /** The ops that are variables, those of TensorFlow 1 included. */
  static final Set<String> VARIABLES = Set.of(VarHandleOp.OP_NAME, "VariableV2", "Variable");

  /** The ops that call a function, to which they hand their inputs in their order. */
  static final Set<String> CALLS = Set.of(PartitionedCall.OP_NAME, StatefulPartitionedCall.OP_NAME);

  private RuntimeOps() {}

  /** Initialised when first asked for: the list is long. */
  private static final class Registry {
    static final Map<String, OpDef> OPS = byName(TensorFlow.registeredOpList());
  }

  /** Those of some op types that the runtime has not got, sorted. */
  public static List<String> missing(Collection<String> types) {
    return types.stream().filter(type -> !Registry.OPS.containsKey(type)).sorted().toList();
  }

  /** The definitions of those op types that the runtime knows, sorted by name. */
  public static OpList definitions(Collection<String> types) {
    OpList.Builder list = OpList.newBuilder();
    types.stream()
        .sorted()
        .filter(Registry.OPS::containsKey)
        .forEach(type -> list.addOp(Registry.OPS.get(type)));
    return list.build();
  }

  /** The definition of an op type that the runtime knows. */
  static OpDef definition(String type) {
    OpDef known = Registry.OPS.get(type);
    if (known == null) {
      throw new NoSuchElementException("TensorFlow has no op " + type);
    }
    return known;
  }

  /** Whether an op may give something else each time; a function that is named as an op may. */
  static boolean isStateful(String type) {
    OpDef known = Registry.OPS.get(type);
    return known == null || known.getIsStateful();
  }

  /** Whether an op takes the variable itself as an input, as an assignment does. */
  static boolean takesReferences(String type) {
    OpDef known = Registry.OPS.get(type);
    return known != null && known.getInputArgList().stream().anyMatch(ArgDef::getIsRef);
  }

  /** Drops every attribute that has its default, so that an older TensorFlow can read the node. */
  public static NodeDef withoutDefaults(NodeDef node) {
    OpDef known = Registry.OPS.get(node.getOp());
    if (known == null) {
      return node;
    }
    NodeDef.Builder lean = node.toBuilder();
    known.getAttrList().stream()
        .filter(attribute -> isDefault(attribute, node))
        .forEach(attribute -> lean.removeAttr(attribute.getName()));
    return lean.build();
  }

  /**
   * A model's graph without those attributes that a newer TensorFlow added and that have their
   * default; TensorFlow's own loader drops them too.
   */
  static GraphDef readable(MetaGraphDef meta) {
    Map<String, OpDef> producer = byName(meta.getMetaInfoDef().getStrippedOpList());
    GraphDef.Builder graph = meta.getGraphDef().toBuilder();
    graph.getNodeBuilderList().forEach(node -> dropNewDefaults(node, producer));
    for (FunctionDef.Builder function : graph.getLibraryBuilder().getFunctionBuilderList()) {
      function.getNodeDefBuilderList().forEach(node -> dropNewDefaults(node, producer));
    }
    return graph.build();
  }

  private static void dropNewDefaults(NodeDef.Builder node, Map<String, OpDef> producer) {
    OpDef known = Registry.OPS.get(node.getOp());
    OpDef written = producer.get(node.getOp());
    if (known == null || written == null) {
      return;
    }
    for (AttrDef attribute : written.getAttrList()) {
      if (!has(known, attribute.getName()) && isDefault(attribute, node)) {
        node.removeAttr(attribute.getName());
      }
    }
  }

  private static boolean isDefault(AttrDef attribute, NodeDefOrBuilder node) {
    AttrValue value = node.getAttrMap().get(attribute.getName());
    return attribute.hasDefaultValue() && attribute.getDefaultValue().equals(value);
  }

  private static boolean has(OpDef op, String attribute) {
    return op.getAttrList().stream().anyMatch(known -> known.getName().equals(attribute));
  }

  private static Map<String, OpDef> byName(OpList ops) {
    return ops.getOpList().stream()
        .collect(Collectors.toMap(OpDef::getName, Function.identity(), (first, second) -> first));
  }
}
