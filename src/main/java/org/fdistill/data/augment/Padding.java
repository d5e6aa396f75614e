package org.fdistill.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** What lies in a view beside the image: right of it and below. */
public final class Padding {
  private Padding() {}

  /**
   * Makes the padding zero.
   *
   * @param images normalised [B, S, S, C], S static
   * @param extents rows and columns of each that are image [B, 2]
   */
  public static Operand<TFloat32> zero(Ops tf, Operand<TFloat32> images, Operand<TInt32> extents) {
    Operand<TInt32> boxes =
        tf.concat(List.of(tf.zerosLike(extents), extents), tf.constant(1)); // [B, 4]
    return tf.select(Boxes.cover(tf, boxes, (int) images.shape().get(1)), images, tf.constant(0f));
  }
}
