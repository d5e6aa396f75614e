package org.fdistill.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;

/**
 * A rectangle of pixels; four scalars.
 *
 * @param top first row
 * @param left first column
 * @param height number of rows
 * @param width number of columns
 */
public record Box(
    Operand<TInt32> top, Operand<TInt32> left, Operand<TInt32> height, Operand<TInt32> width) {
  /** All four, in the order of the record [4]. */
  public Operand<TInt32> asVector(Ops tf) {
    return tf.stack(List.of(top, left, height, width));
  }
}
