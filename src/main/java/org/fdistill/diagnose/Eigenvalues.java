package org.fdistill.diagnose;

import org.fdistill.graph.SessionFactory;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.SelfAdjointEig;
import org.tensorflow.types.TFloat64;

/** Eigenvalues by TensorFlow's own decomposition. */
final class Eigenvalues {
  private Eigenvalues() {}

  /**
   * Those of a symmetric matrix, ascending.
   *
   * @param matrix row by row
   */
  static double[] ofSymmetric(double[] matrix, int side) {
    Shape shape = Shape.of(side, side);
    try (Graph graph = new Graph();
        TFloat64 fed = TFloat64.tensorOf(shape, DataBuffers.of(matrix, true, false))) {
      Ops tf = Ops.create(graph);
      Placeholder<TFloat64> input = tf.placeholder(TFloat64.class, Placeholder.shape(shape));
      SelfAdjointEig<TFloat64> parts =
          tf.linalg.selfAdjointEig(input, SelfAdjointEig.computeV(false));
      try (Session session = SessionFactory.open(graph);
          Result result = session.runner().feed(input, fed).fetch(parts.e()).run()) {
        double[] values = new double[side];
        ((TFloat64) result.get(0)).asRawTensor().data().asDoubles().read(values);
        return values;
      }
    }
  }
}
