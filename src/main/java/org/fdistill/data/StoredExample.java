package org.fdistill.data;

import org.fdistill.data.augment.StoredImage;
import org.tensorflow.Operand;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/**
 * One example in the graph, before a {@link View} is taken of it.
 *
 * @param image not yet decoded
 * @param label scalar; -1 where there is none
 * @param mask the bytes of a PNG with the class of each pixel, scalar; null where there is none
 * @param draws the example's random numbers
 */
public record StoredExample(
    StoredImage image, Operand<TInt64> label, Operand<TString> mask, Draws draws) {
  /** An example without a mask. */
  public StoredExample(StoredImage image, Operand<TInt64> label, Draws draws) {
    this(image, label, null, draws);
  }
}
