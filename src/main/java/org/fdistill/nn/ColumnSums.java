package org.fdistill.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Sums over the rows of a matrix: what the gradient of a parameter that all rows share is. */
final class ColumnSums {
  private ColumnSums() {}

  /**
   * The sums, by the kernel that takes half the time of TensorFlow's sum along the first axis.
   *
   * @param x [rows, width]
   * @return [width]
   */
  static <T extends TNumber> Operand<T> of(Ops tf, Operand<T> x) {
    return tf.nn.biasAddGrad(x);
  }
}
