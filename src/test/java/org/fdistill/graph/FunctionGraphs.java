package org.fdistill.graph;

import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** Graphs of functions, node by node: TensorFlow's own builder makes no odd ones. */
final class FunctionGraphs {
  private FunctionGraphs() {}

  /** A node. */
  static NodeDef.Builder node(String name, String op, String... inputs) {
    return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs));
  }

  /** A node that calls a function of one float, or string, with one result. */
  static NodeDef call(String name, String input, String function, DataType type) {
    AttrValue types =
        AttrValue.newBuilder().setList(AttrValue.ListValue.newBuilder().addType(type)).build();
    NameAttrList callee = NameAttrList.newBuilder().setName(function).build();
    return node(name, "StatefulPartitionedCall", input)
        .putAttr("Tin", types)
        .putAttr("Tout", types)
        .putAttr("f", AttrValue.newBuilder().setFunc(callee).build())
        .build();
  }

  /** A function of {@code x} that gives {@code y}, which is an output of its last node. */
  static FunctionDef function(String name, DataType type, NodeDef... body) {
    FunctionDef.Builder function = FunctionDef.newBuilder().addAllNodeDef(List.of(body));
    function
        .getSignatureBuilder()
        .setName(name)
        .addInputArg(OpDef.ArgDef.newBuilder().setName("x").setType(type))
        .addOutputArg(OpDef.ArgDef.newBuilder().setName("y").setType(type));
    return function.putRet("y", body[body.length - 1].getName() + ":output:0").build();
  }

  /** An identity of any type. */
  static NodeDef identity(String name, String input, DataType type) {
    return node(name, "Identity", input)
        .putAttr("T", AttrValue.newBuilder().setType(type).build())
        .build();
  }

  /** A graph with functions: {@code images} is called with the first one and gives {@code out}. */
  static GraphDef calling(DataType type, FunctionDef... functions) {
    GraphDef.Builder graph = GraphDef.newBuilder();
    graph.addNode(
        node("images", "Placeholder")
            .putAttr("dtype", AttrValue.newBuilder().setType(type).build()));
    graph.addNode(call("out", "images", functions[0].getSignature().getName(), type));
    graph.getLibraryBuilder().addAllFunction(List.of(functions));
    return graph.build();
  }
}
