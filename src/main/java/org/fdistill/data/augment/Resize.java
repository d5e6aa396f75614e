package org.fdistill.data.augment;

import org.fdistill.proto.Interpolation;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** Antialiased resizing to S by S pixels, rounded to uint8 as PIL does. */
final class Resize {
  private final Interpolation interpolation;
  private final int side;

  Resize(Interpolation interpolation, int side) {
    this.interpolation = interpolation;
    this.side = side;
  }

  /**
   * Scales an image and cuts the S by S pixels at an offset out of it.
   *
   * @param image [height, width, 3]
   * @param size of the whole scaled image: height, width [2]
   * @param offset of the first pixel taken from it: row, column [2]
   * @return [S, S, 3]
   */
  Operand<TUint8> apply(
      Ops tf, Operand<TUint8> image, Operand<TInt32> size, Operand<TInt32> offset) {
    Operand<TInt32> from =
        tf.slice(tf.shape(image), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    Operand<TFloat32> scale =
        tf.math.div(tf.dtypes.cast(size, TFloat32.class), tf.dtypes.cast(from, TFloat32.class));
    Operand<TFloat32> scaled =
        tf.image.scaleAndTranslate(
            tf.expandDims(image, tf.constant(0)),
            tf.constant(new int[] {side, side}),
            scale,
            tf.math.neg(tf.dtypes.cast(offset, TFloat32.class)),
            ScaleAndTranslate.kernelType(kernel()),
            ScaleAndTranslate.antialias(true));
    Operand<TFloat32> rounded = tf.math.floor(tf.math.add(scaled, tf.constant(0.5f)));
    Operand<TFloat32> clipped = tf.clipByValue(rounded, tf.constant(0f), tf.constant(255f));
    return tf.reshape(
        tf.dtypes.cast(clipped, TUint8.class), tf.constant(new int[] {side, side, 3}));
  }

  private String kernel() {
    return switch (interpolation) {
      case BILINEAR -> "triangle";
      case BICUBIC -> "keyscubic";
    };
  }
}
