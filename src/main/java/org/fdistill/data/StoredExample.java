package org.fdistill.data;

import org.fdistill.data.augment.StoredImage;
import org.tensorflow.Operand;
import org.tensorflow.types.TInt64;

/**
 * One example in the graph, before a {@link View} is taken of it.
 *
 * @param image not yet decoded
 * @param label scalar; -1 where there is none
 * @param draws the example's random numbers
 */
public record StoredExample(StoredImage image, Operand<TInt64> label, Draws draws) {}
