package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/** Decides which part of an image is taken. */
interface Crop {
  /**
   * The box of one view.
   *
   * @param size of the image: height, width [2 or more]
   * @param draws uniform numbers from 0 to 1, all that the box may depend on besides
   */
  Box box(Ops tf, Operand<TInt32> size, Operand<TFloat64> draws);
}
