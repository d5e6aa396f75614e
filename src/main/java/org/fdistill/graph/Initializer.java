package org.fdistill.graph;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** The first value of a variable. */
@FunctionalInterface
public interface Initializer {
  /**
   * Builds the value.
   *
   * @param tf where to build
   * @param shape of the variable
   * @param seed [2], unlike any other variable's; only random initialisers use it
   * @return a tensor of that shape
   */
  Operand<TFloat32> value(Ops tf, Shape shape, Operand<TInt64> seed);

  /** The same with each element multiplied by a factor. */
  default Initializer times(float factor) {
    return (tf, shape, seed) -> tf.math.mul(value(tf, shape, seed), tf.constant(factor));
  }
}
