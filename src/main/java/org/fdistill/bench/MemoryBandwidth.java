package org.fdistill.bench;

import org.fdistill.graph.Initializers;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/**
 * How fast the run's threads stream through memory: the sum of two tensors that no cache holds,
 * which reads both and writes a third. Where that takes no two milliseconds, as on a GPU or where a
 * cache does hold them, the tensors are larger.
 */
final class MemoryBandwidth {
  /** 128 MB each. */
  private static final long LEAST_ELEMENTS = 1L << 25;

  private static final long MOST_ELEMENTS = 1L << 27;
  private static final double LEAST_SECONDS = 2e-3;
  private static final int TENSORS = 3;
  private static final int RUNS = 8;

  private MemoryBandwidth() {}

  /** Bytes a second, of the fastest of some runs. */
  static double measure(ConfigProto settings) {
    return measure(settings, LEAST_ELEMENTS, MOST_ELEMENTS, LEAST_SECONDS);
  }

  /** Of the smallest size from {@code least}, doubled up to {@code most}, that takes so long. */
  static double measure(ConfigProto settings, long least, long most, double seconds) {
    double taken = seconds(settings, least);
    return least == most || taken >= seconds
        ? TENSORS * Float.BYTES * least / taken
        : measure(settings, 2 * least, most, seconds);
  }

  private static double seconds(ConfigProto settings, long elements) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, tf.constant(1L));
      Shape shape = Shape.of(elements);
      Variable a = variables.state("a", shape, Initializers.ones());
      Variable b = variables.state("b", shape, Initializers.ones());
      Variable sum = variables.state("sum", shape, Initializers.zeros());
      String add = tf.assignVariableOp(sum.handle(), tf.math.add(a.value(), b.value())).op().name();
      try (Session session = SessionFactory.open(graph, settings)) {
        Session.Runner initialize = session.runner();
        variables.initializations().forEach(initialize::addTarget);
        initialize.run().close();
        session.run(add);
        return fastest(session, add);
      }
    }
  }

  private static double fastest(Session session, String target) {
    double fastest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      session.run(target);
      fastest = Math.min(fastest, (System.nanoTime() - start) / 1e9);
    }
    return fastest;
  }
}
