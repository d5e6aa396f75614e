package org.fdistill.bench;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.cluster.Workers;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Replicas;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.optim.Gradient;
import org.fdistill.train.GradientBuckets;
import org.fdistill.train.GradientExchange;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/**
 * The exchanges of a training step without what it computes: variables of the gradients' shapes,
 * grouped and averaged by the same operations. Beside them one exchange of the fewest numbers and
 * one of a full piece, which give what a turn of the ring costs and the link's bandwidth, both as
 * TensorFlow gets them.
 */
final class ExchangeMeasure implements AutoCloseable {
  private static final int RUNS = 20;

  private final Workers workers;
  private final List<Shape> gradients;
  private final long bucketBytes;
  private final Graph graph = new Graph();
  private final Session session;
  private final String means;
  private final String few;
  private final String many;

  /**
   * Builds and fills the variables; all workers at the same time.
   *
   * @param gradients in the order in which a step exchanges them
   */
  ExchangeMeasure(Workers workers, List<Shape> gradients, long bucketBytes) {
    this.workers = workers;
    this.gradients = gradients;
    this.bucketBytes = bucketBytes;
    Ops tf = Ops.create(graph);
    Variables variables = new Variables(tf, tf.constant(1L));
    Replicas replicas = workers.replicas();
    List<Gradient> values = new ArrayList<>();
    for (int i = 0; i < gradients.size(); i++) {
      Variable variable = variables.state("g" + i, gradients.get(i), Initializers.normal(1));
      values.add(new Gradient(variable, variable.value()));
    }
    means =
        target(
            tf,
            GradientExchange.means(tf, replicas, values, bucketBytes).stream()
                .<Op>map(Gradient::value)
                .toList());
    few = mean(tf, variables, replicas, workers.count());
    many = mean(tf, variables, replicas, elements());
    session = workers.open(graph, ConfigProto.getDefaultInstance());
    session.run(target(tf, variables.initializations()));
  }

  private static String mean(Ops tf, Variables variables, Replicas replicas, long elements) {
    Variable variable = variables.state("v" + elements, Shape.of(elements), Initializers.normal(1));
    Operand<TFloat32> mean = replicas.mean(tf, variable.value());
    return target(tf, List.of(mean));
  }

  private static String target(Ops tf, List<? extends Op> ops) {
    return tf.withControlDependencies(List.copyOf(ops)).noOp().op().name();
  }

  /** Seconds of the exchange of all gradients. */
  double gradientSeconds() {
    return seconds(means);
  }

  /** Seconds of one of the 2 (W - 1) turns of an exchange of next to nothing. */
  double turnSeconds() {
    return seconds(few) / turns();
  }

  /**
   * Bytes a second of the exchange of one full piece, {@code bucketBytes}.
   *
   * @param turnSeconds that of a turn
   */
  double bandwidth(double turnSeconds) {
    double bytes = (double) turns() / workers.count() * elements() * Float.BYTES;
    return bytes / (seconds(many) - turns() * turnSeconds);
  }

  /** Of a full piece; more than of the smallest exchange. */
  private long elements() {
    return Math.max(2L * workers.count(), bucketBytes / Float.BYTES);
  }

  private int turns() {
    return 2 * (workers.count() - 1);
  }

  /** Of all gradients. */
  long gradientBytes() {
    return gradients.stream().mapToLong(ExchangeMeasure::bytes).sum();
  }

  /** In which they are exchanged. */
  int pieces() {
    return GradientBuckets.of(gradients, ExchangeMeasure::bytes, bucketBytes).size();
  }

  private static long bytes(Shape shape) {
    return shape.size() * Float.BYTES;
  }

  /** Median of this worker, after one run that does not count. */
  private double seconds(String target) {
    session.run(target);
    double[] seconds = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      session.run(target);
      seconds[i] = (System.nanoTime() - start) / 1e9;
    }
    return SteadySteps.median(seconds);
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
