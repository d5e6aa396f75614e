package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** An image in the graph whose pixels are made when a view of it is taken. */
public interface StoredImage {
  /** All pixels [height, width, 3]. */
  Operand<TUint8> pixels(Ops tf);

  /**
   * What a view shows, without its pixels.
   *
   * @param framing decides what it shows
   * @param seed of the framing's random draws [2]
   * @return as {@link Geometry#asVector}
   */
  Operand<TInt32> geometry(Ops tf, Framing framing, Operand<TInt64> seed);

  /**
   * Takes a view.
   *
   * @param framing decides what it shows
   * @param seed of the framing's random draws [2]
   * @param resize to S by S pixels
   * @return [S, S, 3]
   */
  Operand<TUint8> view(Ops tf, Framing framing, Operand<TInt64> seed, Resize resize);
}
