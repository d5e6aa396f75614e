package org.fdistill.bench;

import org.fdistill.graph.Initializers;
import org.fdistill.graph.Precision;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.family.TFloating;

/**
 * The machine's own measure: one large product of two square matrices, in the precision and with
 * the threads of the run that it is compared with. In bfloat16 the time of rounding the matrices
 * counts, as it does in a step.
 *
 * <p>A product that takes a GPU or a hundred cores less than some milliseconds tells how fast it is
 * started: there the matrices are larger.
 */
final class MatrixProduct implements AutoCloseable {
  private static final int LEAST_SIDE = 2048;
  private static final int MOST_SIDE = 8192;
  private static final double LEAST_SECONDS = 5e-3;

  private final Graph graph = new Graph();
  private final Session session;
  private final String product;
  private final int side;

  /** Of matrices that are as large as this machine needs them. */
  static MatrixProduct of(Precision precision, ConfigProto settings) {
    return of(precision, settings, LEAST_SIDE, MOST_SIDE, LEAST_SECONDS);
  }

  /** Of the smallest side from {@code least}, doubled up to {@code most}, that takes so long. */
  static MatrixProduct of(
      Precision precision, ConfigProto settings, int least, int most, double seconds) {
    MatrixProduct product = new MatrixProduct(precision, settings, least);
    if (least == most || product.seconds() >= seconds) {
      return product;
    }
    product.close();
    return of(precision, settings, 2 * least, most, seconds);
  }

  private MatrixProduct(Precision precision, ConfigProto settings, int side) {
    this.side = side;
    Ops tf = Ops.create(graph);
    Variables variables = new Variables(tf, tf.constant(1L));
    Shape square = Shape.of(side, side);
    // Two variables: the graph optimiser would compute a product of constants once.
    Variable a = variables.state("a", square, Initializers.normal(1));
    Variable b = variables.state("b", square, Initializers.normal(1));
    Variable c = variables.state("c", square, Initializers.zeros());
    Operand<TFloating> result =
        tf.linalg.matMul(precision.compute(tf, a.value()), precision.compute(tf, b.value()));
    // Kept in a variable: the optimiser drops what nobody sees.
    product = tf.assignVariableOp(c.handle(), Precision.full(tf, result)).op().name();
    session = SessionFactory.open(graph, settings);
    Session.Runner initialize = session.runner();
    variables.initializations().forEach(initialize::addTarget);
    initialize.run().close();
    session.run(product);
  }

  /** Of the matrices. */
  int side() {
    return side;
  }

  private double seconds() {
    long start = System.nanoTime();
    session.run(product);
    return (System.nanoTime() - start) / 1e9;
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
    return 2.0 * side * side * side * runs / elapsed;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
