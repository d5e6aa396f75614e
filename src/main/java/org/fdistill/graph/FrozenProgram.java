package org.fdistill.graph;

import java.util.List;
import java.util.Set;
import org.tensorflow.proto.GraphDef;

/**
 * What runs of a frozen model: its graph as written, or one whose products are in bfloat16.
 *
 * @param graph with the nodes that restore and initialise as well
 * @param input the tensor ({@code node:index}) that is replaced
 * @param output the tensor to compute
 * @param afterwards the nodes to run, in this order, once the weights are there
 */
record FrozenProgram(GraphDef graph, String input, String output, List<String> afterwards) {

  /**
   * The model with its calls inlined and its products in bfloat16, of weights that are cast once.
   *
   * @param scope what the names of new resources start with
   * @throws org.tensorflow.exceptions.TensorFlowException where TensorFlow refuses the graph
   */
  static FrozenProgram inBfloat16(String scope, GraphDef graph, String input, String output) {
    Subgraph parts = new Subgraph(graph);
    Set<String> calling = parts.needed(Set.of(Subgraph.nodeOf(output)), Set.of(input));
    InlinedCalls inlined = InlinedCalls.of(graph, calling);
    FrozenTensors tensors = FrozenTensors.of(inlined.graph(), input, inlined.tensor(output));
    Bfloat16Products products = new Bfloat16Products(tensors);
    GraphDef rewritten = products.apply(inlined.graph());
    String result = products.asFloat(inlined.tensor(output));
    return FrozenValues.hoist(
        scope, tensors, new FrozenProgram(rewritten, input, result, List.of()));
  }
}
