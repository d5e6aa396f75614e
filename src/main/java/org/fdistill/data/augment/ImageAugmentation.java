package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** A random change of one image of uint8 that leaves its size. */
public interface ImageAugmentation {
  /**
   * Changes an image.
   *
   * @param image [H, W, 3], of static shape
   * @param seed of all random draws [2]
   */
  Operand<TUint8> apply(Ops tf, Operand<TUint8> image, Operand<TInt64> seed);
}
