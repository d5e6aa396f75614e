package org.fdistill.export;

import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/** The variables of an inference graph, in a session. */
record GraphWeights(InferenceGraph graph, Session session) implements Weights.Receiver {
  @Override
  public Map<String, Shape> shapes() {
    return graph.shapes();
  }

  @Override
  public void restore(Path prefix) {
    graph.saver().restore(session, prefix);
  }

  @Override
  public void assign(String variable, float[] values) {
    InferenceGraph.Assignment assignment = graph.assignment(variable);
    Shape shape = graph.shapes().get(variable);
    try (TFloat32 tensor = TFloat32.tensorOf(shape, DataBuffers.of(values, true, false))) {
      session.runner().feed(assignment.value(), tensor).addTarget(assignment.op()).run().close();
    }
  }
}
