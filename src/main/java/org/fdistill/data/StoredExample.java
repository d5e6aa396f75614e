package org.fdistill.data;

import java.util.LinkedHashMap;
import java.util.Map;
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
 * @param further what some sources know beside, such as stored features, by field
 */
public record StoredExample(
    StoredImage image,
    Operand<TInt64> label,
    Operand<TString> mask,
    Draws draws,
    Map<Field<?>, Operand<?>> further) {
  /** Takes a copy. */
  public StoredExample {
    further = new LinkedHashMap<>(further);
  }

  /** An example of which nothing else is known. */
  public StoredExample(
      StoredImage image, Operand<TInt64> label, Operand<TString> mask, Draws draws) {
    this(image, label, mask, draws, Map.of());
  }

  /** An example without a mask. */
  public StoredExample(StoredImage image, Operand<TInt64> label, Draws draws) {
    this(image, label, null, draws);
  }
}
