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
 */
final class MatrixProduct implements AutoCloseable {
  private static final int SIDE = 2048;

  private final Graph graph = new Graph();
  private final Session session;
  private final String product;

  MatrixProduct(Precision precision, ConfigProto settings) {
    Ops tf = Ops.create(graph);
    Variables variables = new Variables(tf, tf.constant(1L));
    Shape square = Shape.of(SIDE, SIDE);
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
