package org.fdistill.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Identity;
import org.tensorflow.op.core.ReadVariableOp;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * What is known of the tensors between a model's input and its output: types, shapes, and which of
 * them are frozen, that is, follow from constants and from variables that the computation does not
 * write.
 */
final class FrozenTensors {
  private static final Set<String> READERS = Set.of(ReadVariableOp.OP_NAME, Identity.OP_NAME);

  private final Subgraph parts;
  private final Set<String> inference;
  private final Map<String, DataType> types = new HashMap<>();
  private final Map<String, Shape> shapes = new HashMap<>();
  private final Set<String> frozen = new HashSet<>();

  private FrozenTensors(GraphDef graph, String input, String output) {
    parts = new Subgraph(graph);
    inference = parts.needed(Set.of(Subgraph.nodeOf(output)), Set.of(input));
  }

  /**
   * Looks at a graph without calls.
   *
   * @param input the tensor ({@code node:index}) that changes from step to step
   * @param output the tensor to compute
   */
  static FrozenTensors of(GraphDef graph, String input, String output) {
    FrozenTensors tensors = new FrozenTensors(graph, input, output);
    Set<String> withInput = new LinkedHashSet<>(tensors.inference);
    withInput.add(Subgraph.nodeOf(input));
    tensors.infer(tensors.parts.only(graph, tensors.parts.needed(withInput)));
    tensors.findFrozen(input);
    return tensors;
  }

  /** The nodes that the output needs, in no particular order. */
  Set<String> inference() {
    return inference;
  }

  /** The type of a tensor; null for one that the output does not need. */
  DataType type(String tensor) {
    return types.get(Subgraph.tensor(tensor));
  }

  /** The shape of a tensor, as far as it follows from the graph. */
  Shape shape(String tensor) {
    return shapes.get(Subgraph.tensor(tensor));
  }

  /** Whether a tensor is the same in every step. */
  boolean isFrozen(String tensor) {
    return frozen.contains(Subgraph.nodeOf(tensor));
  }

  private void infer(GraphDef needed) {
    try (Graph graph = new Graph()) {
      graph.importGraphDef(needed);
      for (NodeDef node : needed.getNodeList()) {
        GraphOperation operation = graph.operation(node.getName());
        for (int i = 0; i < operation.numOutputs(); i++) {
          Output<?> output = operation.output(i);
          types.put(node.getName() + ":" + i, output.dataType());
          shapes.put(node.getName() + ":" + i, output.shape());
        }
      }
    }
  }

  /** Without the nodes of loops, which no order by inputs reaches. */
  private void findFrozen(String input) {
    Map<String, List<String>> readers = new HashMap<>();
    Map<String, Integer> open = new HashMap<>();
    List<String> ready = new ArrayList<>();
    Set<String> written = written();
    for (String name : inference) {
      NodeDef node = parts.node(name);
      if (isConstantIn(node, written) && !name.equals(Subgraph.nodeOf(input))) {
        Set<String> sources = new HashSet<>();
        node.getInputList().forEach(i -> sources.add(Subgraph.nodeOf(i)));
        sources.forEach(s -> readers.computeIfAbsent(s, k -> new ArrayList<>()).add(name));
        open.put(name, sources.size());
        if (sources.isEmpty()) {
          ready.add(name);
        }
      }
    }
    while (!ready.isEmpty()) {
      String name = ready.remove(ready.size() - 1);
      frozen.add(name);
      for (String reader : readers.getOrDefault(name, List.of())) {
        if (open.merge(reader, -1, Integer::sum) == 0) {
          ready.add(reader);
        }
      }
    }
  }

  private static boolean isConstantIn(NodeDef node, Set<String> written) {
    boolean stateless = !RuntimeOps.isStateful(node.getOp());
    boolean placeholder = node.getOp().startsWith("Placeholder");
    return ((stateless && !placeholder) || isOfVariable(node)) && !written.contains(node.getName());
  }

  /** Stateful as it is, it gives the same in each step once the weights are restored. */
  private static boolean isOfVariable(NodeDef node) {
    return RuntimeOps.VARIABLES.contains(node.getOp())
        || node.getOp().equals(ReadVariableOp.OP_NAME);
  }

  /** The variables that something else than a read takes, as their handle or by reference. */
  private Set<String> written() {
    Set<String> written = new HashSet<>();
    for (String name : inference) {
      NodeDef node = parts.node(name);
      if (!READERS.contains(node.getOp())) {
        node.getInputList().stream()
            .map(Subgraph::nodeOf)
            .filter(source -> parts.node(source).getOp().equals(VarHandleOp.OP_NAME))
            .forEach(written::add);
      }
      if (RuntimeOps.takesReferences(node.getOp())) {
        written.add(Subgraph.nodeOf(node.getInput(0)));
      }
    }
    return written;
  }

  /** A shape as an attribute of a node. */
  static AttrValue attribute(Shape shape) {
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
