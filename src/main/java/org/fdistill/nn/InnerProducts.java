package org.fdistill.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;

/** The inner product of each pair of vectors. */
final class InnerProducts {
  private InnerProducts() {}

  /**
   * Along the last axis.
   *
   * @param a [..., D]
   * @param b [..., D]
   * @return [..., 1]
   */
  static Operand<TFloat32> of(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.sum(tf.math.mul(a, b), tf.constant(-1), Sum.keepDims(true));
  }
}
