package org.fdistill.bench;

import java.util.List;
import org.fdistill.graph.Precision;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/**
 * The machine's own measure: one large matrix product of two square matrices, in the precision and
 * with the threads of the run that it is compared with.
 */
final class MatrixProduct implements AutoCloseable {
  private static final int SIDE = 2048;

  private final Graph graph = new Graph();
  private final Session session;
  private final String product;

  MatrixProduct(Precision precision, ConfigProto settings) {
    Ops tf = Ops.create(graph);
    Operand<TInt64> seed = tf.constant(new long[] {1, 2});
    Operand<TFloating> factor =
        precision.compute(
            tf,
            tf.random.statelessRandomNormal(
                tf.constant(new int[] {SIDE, SIDE}), seed, TFloat32.class));
    // Constant folding computes the factor once, in the first run.
    Op result = tf.linalg.matMul(factor, tf.stopGradient(factor));
    product = tf.withName("product").withControlDependencies(List.of(result)).noOp().op().name();
    session = new Session(graph, settings);
    session.run(product);
  }

  /** Floating point operations a second, over products that take about so long. */
  double rate(double seconds) {
    long start = System.nanoTime();
    long runs = 0;
    double elapsed;
    do {
      session.run(product);
      runs++;
      elapsed = (System.nanoTime() - start) / 1e9;
    } while (elapsed < seconds);
    return 2.0 * SIDE * SIDE * SIDE * runs / elapsed;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
