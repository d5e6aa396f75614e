package org.fdistill.graph.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.Subgraph;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Signature;
import org.tensorflow.op.core.Identity;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.StatefulPartitionedCall;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/**
 * Forward, backward and update as one function that XLA must compile. Variables, fed values and the
 * next batch, and the random draws, are its arguments; the nodes that are fetched and the one that
 * is run keep their names.
 */
public final class WholeStep {
  /**
   * What stays outside: state, inputs, and random draws, whose bits under XLA are others than those
   * of TensorFlow's kernels.
   */
  private static final Set<String> BOUNDARY =
      Set.of("IteratorGetNext", "VarHandleOp", "Placeholder", "StatelessRandomUniformV2");

  private final GraphDef graph;
  private final Subgraph parts;
  private final Map<String, DataType> types = new HashMap<>();
  private final Map<String, String> arguments = new LinkedHashMap<>();
  private final Map<String, NodeDef> body = new LinkedHashMap<>();
  private final List<String> results;
  private final String target;

  private WholeStep(GraphDef graph, List<String> results, String target) {
    this.graph = graph;
    this.results = results;
    this.target = target;
    this.parts = new Subgraph(graph);
  }

  /**
   * Rewrites a graph.
   *
   * @param graph holds the step
   * @param results the fetched nodes, each an {@code Identity} of something that the step computes
   * @param target the node whose control inputs are the updates
   */
  public static GraphDef compile(GraphDef graph, List<String> results, String target) {
    return new WholeStep(graph, results, target).rewrite();
  }

  private GraphDef rewrite() {
    collectBody();
    FunctionDef function = function();
    String call = target + "/xla";
    GraphDef.Builder rewritten = graph.toBuilder();
    rewritten.getLibraryBuilder().addFunction(function);
    for (NodeDef.Builder node : rewritten.getNodeBuilderList()) {
      int result = results.indexOf(node.getName());
      if (result >= 0) {
        node.clearInput().addInput(call + ":" + result);
      } else if (node.getName().equals(target)) {
        node.clearInput().addInput("^" + call);
      }
    }
    return rewritten.addNode(call(call, function)).build();
  }

  /** Everything that the results and updates depend on, up to the boundary. */
  private void collectBody() {
    List<String> ends = new ArrayList<>(results);
    ends.add(target);
    for (String name : parts.upstream(ends, input -> !isBoundary(input))) {
      body.put(name, inBody(parts.node(name)));
    }
  }

  /** The same node with arguments where its inputs cross the boundary. */
  private NodeDef inBody(NodeDef node) {
    NodeDef.Builder inside = node.toBuilder().clearInput().clearDevice();
    for (String input : node.getInputList()) {
      if (!isBoundary(input)) {
        inside.addInput(input);
      } else if (!Subgraph.isControl(input)) {
        inside.addInput(
            arguments.computeIfAbsent(Subgraph.tensor(input), t -> "argument_" + arguments.size()));
      }
    }
    return inside.build();
  }

  private FunctionDef function() {
    GraphDef.Builder definition =
        GraphDef.newBuilder().setVersions(graph.getVersions()).setLibrary(graph.getLibrary());
    arguments.forEach((tensor, name) -> definition.addNode(argument(tensor, name)));
    body.values().forEach(definition::addNode);
    for (int i = 0; i < results.size(); i++) {
      definition.addNode(output(i));
    }
    try (Graph inside = new Graph()) {
      inside.importGraphDef(definition.build());
      Signature.Builder signature = Signature.builder("step");
      arguments.values().forEach(a -> signature.input(a, inside.outputOrThrow(a)));
      for (int i = 0; i < results.size(); i++) {
        signature.output("result_" + i, inside.outputOrThrow("result_" + i));
      }
      try (ConcreteFunction function = ConcreteFunction.create(signature.build(), inside)) {
        return function.getFunctionDef();
      }
    }
  }

  /** A result of the function, which waits for the updates. */
  private NodeDef output(int index) {
    NodeDef result = parts.node(results.get(index));
    return NodeDef.newBuilder()
        .setName("result_" + index)
        .setOp(Identity.OP_NAME)
        .addInput(result.getName())
        .addInput("^" + target)
        .putAttr("T", result.getAttrOrThrow("T"))
        .build();
  }

  private NodeDef argument(String tensor, String name) {
    DataType type = type(tensor);
    types.put(name, type);
    return NodeDef.newBuilder()
        .setName(name)
        .setOp(Placeholder.OP_NAME)
        .putAttr("dtype", AttrValue.newBuilder().setType(type).build())
        .build();
  }

  private NodeDef call(String name, FunctionDef function) {
    AttrValue.ListValue.Builder inputs = AttrValue.ListValue.newBuilder();
    arguments.values().forEach(a -> inputs.addType(types.get(a)));
    AttrValue.ListValue.Builder outputs = AttrValue.ListValue.newBuilder();
    results.forEach(r -> outputs.addType(parts.node(r).getAttrOrThrow("T").getType()));
    NameAttrList callee =
        NameAttrList.newBuilder().setName(function.getSignature().getName()).build();
    return NodeDef.newBuilder()
        .setName(name)
        .setOp(StatefulPartitionedCall.OP_NAME)
        .addAllInput(arguments.keySet())
        .putAttr("Tin", AttrValue.newBuilder().setList(inputs).build())
        .putAttr("Tout", AttrValue.newBuilder().setList(outputs).build())
        .putAttr("f", AttrValue.newBuilder().setFunc(callee).build())
        .putAttr(CompiledLoop.COMPILED, AttrValue.newBuilder().setB(true).build())
        .build();
  }

  private DataType type(String tensor) {
    NodeDef node = parts.node(Subgraph.nodeOf(tensor));
    return switch (node.getOp()) {
      case "VarHandleOp" -> DataType.DT_RESOURCE;
      case "IteratorGetNext" ->
          node.getAttrOrThrow("output_types").getList().getType(Subgraph.indexOf(tensor));
      default -> node.getAttrOrThrow("dtype").getType();
    };
  }

  private boolean isBoundary(String input) {
    return BOUNDARY.contains(parts.node(Subgraph.nodeOf(input)).getOp());
  }
}
