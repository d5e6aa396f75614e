package org.fdistill.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** Constants in the number format of the tensors that they are combined with. */
final class Scalars {
  private Scalars() {}

  /** A value, rounded to the format of {@code tensor}. */
  static Operand<TFloating> like(Ops tf, float value, Operand<TFloating> tensor) {
    return tf.dtypes.cast(tf.constant(value), tensor.type());
  }
}
