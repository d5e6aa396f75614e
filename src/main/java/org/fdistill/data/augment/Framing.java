package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** Decides which part of an image a view shows. */
@FunctionalInterface
public interface Framing {
  /**
   * The geometry of one view.
   *
   * @param size of the image: height, width [2 or more]
   * @param seed of the random draws [2]
   */
  Geometry of(Ops tf, Operand<TInt32> size, Operand<TInt64> seed);
}
