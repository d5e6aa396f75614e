package org.fdistill.checkpoint;

import java.nio.file.Path;
import java.util.List;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.testing.TestSession;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Two random variables and their save and restore ops. */
final class SmallModel implements AutoCloseable {
  private final Graph graph = new Graph();
  private final List<Variable> variables;
  private final Session session;
  final VariableFiles files;

  SmallModel(long seed, String... names) {
    Ops tf = Ops.create(graph);
    Variables all = new Variables(tf, tf.constant(seed));
    for (String name : names) {
      all.trainable(name, Shape.of(30, 7), Initializers.normal(1));
    }
    variables = List.copyOf(all.all());
    files = VariableFiles.build(tf.withSubScope("files"), all.all());
    session = TestSession.open(graph);
    Session.Runner runner = session.runner();
    all.initializations().forEach(runner::addTarget);
    runner.run().close();
  }

  void save(Path prefix) {
    files.save(session, prefix);
  }

  void restore(Path prefix) {
    files.restore(session, prefix);
  }

  void restore(Path prefix, List<String> names) {
    files.restore(session, prefix, names);
  }

  float[] value(String name) {
    Variable variable =
        variables.stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
    try (TFloat32 tensor = (TFloat32) session.runner().fetch(variable.value()).run().get(0)) {
      float[] values = new float[(int) tensor.size()];
      tensor.copyTo(DataBuffers.of(values, false, false));
      return values;
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
