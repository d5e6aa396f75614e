package org.fdistill.task.distill;

import org.tensorflow.Result;
import org.tensorflow.types.TFloat64;

/** Mean and covariance of features that come batch by batch. Letter: C channels. */
final class CovarianceSum {
  private final double[] sums;
  private final double[] products;
  private double rows;

  CovarianceSum(int width) {
    sums = new double[width];
    products = new double[width * width];
  }

  /**
   * Adds a batch.
   *
   * @param result of a run
   * @param first place in it of the sums [C], followed by the products [C, C] and the count of rows
   */
  void add(Result result, int first) {
    add(sums, (TFloat64) result.get(first));
    add(products, (TFloat64) result.get(first + 1));
    rows += ((TFloat64) result.get(first + 2)).getDouble();
  }

  private static void add(double[] to, TFloat64 batch) {
    double[] values = new double[to.length];
    batch.asRawTensor().data().asDoubles().read(values);
    for (int i = 0; i < to.length; i++) {
      to[i] += values[i];
    }
  }

  /** Whether any row came. */
  boolean isEmpty() {
    return rows == 0;
  }

  /** [C]. */
  float[] mean() {
    float[] mean = new float[sums.length];
    for (int c = 0; c < mean.length; c++) {
      mean[c] = (float) (sums[c] / rows);
    }
    return mean;
  }

  /** [C, C], of the rows as they are: divided by their number less one. */
  double[][] covariance() {
    int width = sums.length;
    double[][] covariance = new double[width][width];
    for (int i = 0; i < width; i++) {
      for (int j = 0; j < width; j++) {
        double product = products[i * width + j] - sums[i] * (sums[j] / rows);
        covariance[i][j] = product / (rows - 1);
      }
    }
    return covariance;
  }
}
