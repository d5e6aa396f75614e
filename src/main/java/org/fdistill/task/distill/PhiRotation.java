package org.fdistill.task.distill;

import org.fdistill.graph.SessionFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.DoubleNdArray;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.SelfAdjointEig;
import org.tensorflow.types.TFloat64;

/**
 * The matrix of PHI-S (arXiv 2410.01680, section 2): R = H Uᵀ / phi, with U the eigenvectors of the
 * covariance by rising eigenvalue, H a Hadamard matrix of rows of length 1, and phi² the mean of
 * the eigenvalues. U, whose signs are free, has the largest entry of each vector positive.
 */
final class PhiRotation {
  private PhiRotation() {}

  /**
   * Computes it.
   *
   * @param covariance [C, C], symmetric; C the order of a matrix that {@link Hadamard} has
   * @return [C, C], row by row
   * @throws ArithmeticException where the features do not vary
   */
  static float[] of(double[][] covariance) {
    int width = covariance.length;
    double trace = 0;
    for (int c = 0; c < width; c++) {
      trace += covariance[c][c];
    }
    double phi = Math.sqrt(trace / width);
    if (!(phi > 0) || !Double.isFinite(phi)) {
      throw new ArithmeticException("the variance of the features is " + phi * phi);
    }
    double[][] vectors = eigenvectors(covariance);
    int[][] hadamard = Hadamard.of(width).orElseThrow();
    float[] rotation = new float[width * width];
    double scale = 1 / (phi * Math.sqrt(width));
    for (int i = 0; i < width; i++) {
      for (int c = 0; c < width; c++) {
        double sum = 0;
        for (int k = 0; k < width; k++) {
          sum += hadamard[i][k] * vectors[c][k];
        }
        rotation[i * width + c] = (float) (scale * sum);
      }
    }
    return rotation;
  }

  /** [C, C], a vector a column, by rising eigenvalue. */
  private static double[][] eigenvectors(double[][] covariance) {
    int width = covariance.length;
    double[][] vectors = new double[width][width];
    try (Graph graph = new Graph();
        TFloat64 value = TFloat64.tensorOf(StdArrays.ndCopyOf(covariance))) {
      Ops tf = Ops.create(graph);
      Operand<TFloat64> input = tf.placeholder(TFloat64.class);
      SelfAdjointEig<TFloat64> found = tf.linalg.selfAdjointEig(input);
      try (Session session = SessionFactory.open(graph);
          Result result = session.runner().feed(input, value).fetch(found.v()).run()) {
        DoubleNdArray columns = (TFloat64) result.get(0);
        for (int k = 0; k < width; k++) {
          double sign = sign(columns, k);
          for (int c = 0; c < width; c++) {
            vectors[c][k] = sign * columns.getDouble(c, k);
          }
        }
      }
    }
    return vectors;
  }

  private static double sign(DoubleNdArray columns, int k) {
    double largest = 0;
    for (long c = 0; c < columns.shape().get(0); c++) {
      double entry = columns.getDouble(c, k);
      largest = Math.abs(entry) > Math.abs(largest) ? entry : largest;
    }
    return Math.signum(largest);
  }
}
