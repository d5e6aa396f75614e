package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/**
 * How strongly RandAugment applies an operation.
 *
 * @param tf where to build
 * @param magnitude 0 to 10, scalar
 * @param sign 1 or -1, for those operations that have two directions; scalar
 */
record Level(Ops tf, Operand<TFloat64> magnitude, Operand<TFloat64> sign) {
  /** The magnitude brought to 0..most. */
  private Operand<TFloat64> upTo(double most) {
    return tf.math.mul(tf.math.div(magnitude, tf.constant(10.0)), tf.constant(most));
  }

  /** From -most to most. */
  Operand<TFloat64> signed(double most) {
    return tf.math.mul(upTo(most), sign);
  }

  /** A whole number up to the most, cut off. */
  Operand<TInt32> whole(double most) {
    return tf.dtypes.cast(upTo(most), TInt32.class);
  }

  /** A whole number that falls from the most to 0. */
  Operand<TInt32> falling(int most) {
    return tf.math.sub(tf.constant(most), whole(most));
  }

  /** The factor of an enhancement: 1 at magnitude 0, 0.1 and 1.9 at 10. */
  Operand<TFloat32> factor() {
    Operand<TFloat64> factor = tf.math.add(tf.constant(1.0), signed(0.9));
    return tf.dtypes.cast(tf.math.maximum(factor, tf.constant(0.1)), TFloat32.class);
  }
}
