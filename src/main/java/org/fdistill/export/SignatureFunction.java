package org.fdistill.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.graph.Subgraph;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Signature;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.StatefulPartitionedCall;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.ResourceHandleProto.DtypeAndShape;

/**
 * A signature as a function of its input and of the variables that it reads, as Python's loader
 * takes it.
 *
 * @param definition arguments are the input, then the variables; results are the outputs in the
 *     order of their names, which is that of a Python dictionary's leaves
 * @param variables the nodes of the variables' handles, in the order of the arguments
 */
record SignatureFunction(FunctionDef definition, List<String> variables) {
  private static final String VARIABLE = "VarHandleOp";

  /**
   * Makes the function.
   *
   * @param graph holds the signature
   */
  static SignatureFunction of(ServingSignature signature, GraphDef graph) {
    Subgraph parts = new Subgraph(graph);
    List<String> outputs =
        signature.outputs().values().stream().map(output -> output.op().name()).toList();
    Map<String, NodeDef> variables = new LinkedHashMap<>();
    GraphDef.Builder body =
        GraphDef.newBuilder().setVersions(graph.getVersions()).setLibrary(graph.getLibrary());
    for (String name : parts.needed(outputs)) {
      NodeDef node = parts.node(name);
      if (node.getOp().equals(VARIABLE)) {
        variables.put(name, node);
        body.addNode(argument(name));
      } else {
        body.addNode(node);
      }
    }
    List<String> handles = List.copyOf(variables.keySet());
    FunctionDef function = function(signature, body.build(), handles);
    return new SignatureFunction(typed(function, List.copyOf(variables.values())), handles);
  }

  private static NodeDef argument(String name) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp(Placeholder.OP_NAME)
        .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_RESOURCE).build())
        .build();
  }

  private static FunctionDef function(
      ServingSignature signature, GraphDef body, List<String> handles) {
    try (Graph inside = new Graph()) {
      inside.importGraphDef(body);
      Signature.Builder arguments = Signature.builder(signature.name());
      String input = signature.input().op().name();
      arguments.input(signature.inputName(), inside.outputOrThrow(input));
      for (int i = 0; i < handles.size(); i++) {
        arguments.input("variable_" + i, inside.outputOrThrow(handles.get(i)));
      }
      new TreeMap<>(signature.outputs())
          .forEach((name, out) -> arguments.output(name, inside.outputOrThrow(out.op().name())));
      try (ConcreteFunction function = ConcreteFunction.create(arguments.build(), inside)) {
        return function.getFunctionDef();
      }
    }
  }

  /** With the shapes of the variables, without which Python knows no shape inside. */
  private static FunctionDef typed(FunctionDef function, List<NodeDef> variables) {
    FunctionDef.Builder typed = function.toBuilder();
    for (int i = 0; i < variables.size(); i++) {
      DtypeAndShape.Builder type = DtypeAndShape.newBuilder();
      type.setDtype(variables.get(i).getAttrOrThrow("dtype").getType());
      type.setShape(variables.get(i).getAttrOrThrow("shape").getShape());
      typed.getSignatureBuilder().getInputArgBuilder(1 + i).addHandleData(type);
    }
    return typed.build();
  }

  String name() {
    return definition.getSignature().getName();
  }

  /** A function of the same arguments and results that calls this one. */
  FunctionDef caller() {
    OpDef own = definition.getSignature();
    FunctionDef.Builder caller = FunctionDef.newBuilder();
    caller.setSignature(own.toBuilder().setName("call_" + own.getName()).setIsStateful(true));
    for (int i = 0; i < own.getOutputArgCount(); i++) {
      caller.putRet(own.getOutputArg(i).getName(), "call:output:" + i);
    }
    return caller.addNodeDef(call(own.getInputArg(0).getName())).build();
  }

  /** The same of an input of uint8. */
  FunctionDef callerOfBytes() {
    FunctionDef.Builder caller = caller().toBuilder();
    OpDef.Builder signature = caller.getSignatureBuilder();
    signature.setName("uint8_" + signature.getName());
    signature.getInputArgBuilder(0).setType(DataType.DT_UINT8);
    NodeDef.Builder cast = NodeDef.newBuilder().setName("cast").setOp(Cast.OP_NAME);
    cast.addInput(signature.getInputArg(0).getName());
    cast.putAttr("SrcT", AttrValue.newBuilder().setType(DataType.DT_UINT8).build());
    cast.putAttr("DstT", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build());
    return caller.clearNodeDef().addNodeDef(cast).addNodeDef(call("cast:y:0")).build();
  }

  private NodeDef call(String input) {
    OpDef own = definition.getSignature();
    NodeDef.Builder call = NodeDef.newBuilder().setName("call");
    call.setOp(StatefulPartitionedCall.OP_NAME);
    own.getInputArgList().forEach(argument -> call.addInput(argument.getName()));
    call.setInput(0, input);
    call.putAttr("Tin", types(own.getInputArgList()));
    call.putAttr("Tout", types(own.getOutputArgList()));
    NameAttrList.Builder callee = NameAttrList.newBuilder().setName(own.getName());
    return call.putAttr("f", AttrValue.newBuilder().setFunc(callee).build()).build();
  }

  private static AttrValue types(List<OpDef.ArgDef> arguments) {
    AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder();
    List<DataType> all = new ArrayList<>();
    arguments.forEach(argument -> all.add(argument.getType()));
    return AttrValue.newBuilder().setList(types.addAllType(all)).build();
  }
}
