package org.fdistill.export;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;

/** The variables of an inference graph in a session, filled from a bundle or many at a time. */
final class SessionVariables implements WeightSource.Receiver {
  private static final long NUMBERS_AT_A_TIME = 16L << 20;

  private final InferenceGraph graph;
  private final Session session;
  private final Map<String, float[]> waiting = new LinkedHashMap<>();
  private long numbers;

  SessionVariables(InferenceGraph graph, Session session) {
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
    graph.saver().assign(session, waiting);
    waiting.clear();
    numbers = 0;
  }
}
