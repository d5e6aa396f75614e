package org.fdistill.graph.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

/** A few ops that a test builds for a rewrite, and a run of what the rewrite makes of them. */
final class TinyGraph implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);

  Graph graph() {
    return graph;
  }

  Ops tf() {
    return tf;
  }

  Operand<TFloat32> input(String name, Shape shape) {
    return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(shape));
  }

  static Map<String, NodeDef> nodes(GraphDef definition) {
    Map<String, NodeDef> nodes = new HashMap<>();
    definition.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    return nodes;
  }

  /** The float32 tensor {@code y}, of inputs whose shape is known. */
  static float[] run(GraphDef definition, Map<String, float[]> inputs) {
    List<TFloat32> fed = new ArrayList<>();
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      try (Session session = new Session(graph)) {
        Session.Runner runner = session.runner().fetch("y");
        inputs.forEach(
            (name, values) -> {
              Shape shape = graph.operation(name).output(0).shape();
              fed.add(TFloat32.tensorOf(shape, DataBuffers.of(values)));
              runner.feed(name, fed.get(fed.size() - 1));
            });
        try (Result result = runner.run()) {
          float[] y = new float[(int) result.get(0).shape().size()];
          ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(y);
          return y;
        }
      }
    } finally {
      fed.forEach(TFloat32::close);
    }
  }

  @Override
  public void close() {
    graph.close();
  }
}
