package org.fdistill.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.family.TFloating;

/** Products of matrices in the last two axes, for each index of the axes before. */
final class BatchProduct {
  private BatchProduct() {}

  /**
   * The product a b of each pair of matrices.
   *
   * @param a [..., m, k], or [..., k, m] when transposed
   * @param b [..., k, n], or [..., n, k] when transposed
   * @return [..., m, n]
   */
  static Operand<TFloating> of(
      Ops tf, Operand<TFloating> a, Operand<TFloating> b, boolean transposeA, boolean transposeB) {
    return tf.train.batchMatMul(
        a, b, a.type(), BatchMatMul.adjX(transposeA), BatchMatMul.adjY(transposeB));
  }
}
