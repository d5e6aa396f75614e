package org.fdistill.export;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * The variables of an inference graph, in a session. Values are assigned many at a time, since each
 * new set of targets makes the session prepare the graph anew.
 */
final class GraphWeights implements Weights.Receiver {
  private static final long NUMBERS_AT_A_TIME = 16L << 20;

  private final InferenceGraph graph;
  private final Session session;
  private final Map<String, float[]> waiting = new LinkedHashMap<>();
  private long numbers;

  GraphWeights(InferenceGraph graph, Session session) {
    this.graph = graph;
    this.session = session;
  }

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
    waiting.put(variable, values);
    numbers += values.length;
    if (numbers >= NUMBERS_AT_A_TIME) {
      flush();
    }
  }

  /** Assigns what waits. */
  void flush() {
    Map<String, TFloat32> tensors = new LinkedHashMap<>();
    try {
      Session.Runner runner = session.runner();
      Map<String, Shape> shapes = graph.shapes();
      waiting.forEach(
          (name, values) -> {
            TFloat32 tensor =
                TFloat32.tensorOf(shapes.get(name), DataBuffers.of(values, true, false));
            tensors.put(name, tensor);
            InferenceGraph.Assignment assignment = graph.assignments().get(name);
            runner.feed(assignment.value(), tensor).addTarget(assignment.op());
          });
      if (!tensors.isEmpty()) {
        runner.run().close();
      }
    } finally {
      tensors.values().forEach(TFloat32::close);
      waiting.clear();
      numbers = 0;
    }
  }
}
