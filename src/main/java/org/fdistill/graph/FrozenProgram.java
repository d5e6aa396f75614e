package org.fdistill.graph;

import java.util.List;
import java.util.Set;
import org.tensorflow.proto.GraphDef;

/**
 * What runs of a frozen model: its graph as written, or one that gives the same from other nodes.
 *
 * @param graph with the nodes that restore and initialise as well
 * @param input the tensor ({@code node:index}) that is replaced
 * @param output the tensor to compute
 * @param afterwards the nodes to run, in this order, once the weights are there
 */
record FrozenProgram(GraphDef graph, String input, String output, List<String> afterwards) {

  /** A model as written. */
  static FrozenProgram of(GraphDef graph, String input, String output) {
    return new FrozenProgram(graph, input, output, List.of());
  }

  /** Its nodes by name. */
  Subgraph parts() {
    return new Subgraph(graph);
  }

  /** With the functions that the output needs in the places of their calls. */
  FrozenProgram inlined() {
    Set<String> calling = parts().needed(Set.of(Subgraph.nodeOf(output)), Set.of(input));
    InlinedCalls inlined = InlinedCalls.of(graph, calling);
    return new FrozenProgram(inlined.graph(), input, inlined.tensor(output), afterwards);
  }

  /**
   * With products in bfloat16.
   *
   * @throws org.tensorflow.exceptions.TensorFlowException where TensorFlow refuses the graph
   */
  FrozenProgram inBfloat16() {
    Bfloat16Products products = new Bfloat16Products(FrozenTensors.of(graph, input, output));
    GraphDef rewritten = products.apply(graph);
    return new FrozenProgram(rewritten, input, products.asFloat(output), afterwards);
  }
}
