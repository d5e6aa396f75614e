package org.fdistill.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * The channels of an image, each [H, W] with values 0 to 255.
 *
 * @param red first channel
 * @param green second channel
 * @param blue third channel
 */
record Channels(Operand<TFloat32> red, Operand<TFloat32> green, Operand<TFloat32> blue) {
  static Channels of(Ops tf, Operand<TUint8> image) {
    Operand<TFloat32> pixels = Pixels.floats(tf, image);
    return new Channels(channel(tf, pixels, 0), channel(tf, pixels, 1), channel(tf, pixels, 2));
  }

  private static Operand<TFloat32> channel(Ops tf, Operand<TFloat32> pixels, int index) {
    return tf.stridedSlice(pixels, Indices.all(), Indices.all(), Indices.at(index));
  }

  Operand<TFloat32> highest(Ops tf) {
    return tf.math.maximum(red, tf.math.maximum(green, blue));
  }

  Operand<TFloat32> lowest(Ops tf) {
    return tf.math.minimum(red, tf.math.minimum(green, blue));
  }

  /**
   * An image whose channels are chosen pixel by pixel.
   *
   * @param sector which of the choices [H, W]
   * @param red choices, each [H, W], 0 to 255; they are cut off to whole numbers
   */
  static Operand<TUint8> image(
      Ops tf,
      Operand<TInt32> sector,
      List<Operand<TFloat32>> red,
      List<Operand<TFloat32>> green,
      List<Operand<TFloat32>> blue) {
    Operand<TFloat32> stacked =
        tf.stack(
            List.of(chosen(tf, sector, red), chosen(tf, sector, green), chosen(tf, sector, blue)),
            Stack.axis(2L));
    return tf.dtypes.cast(stacked, TUint8.class);
  }

  private static Operand<TFloat32> chosen(
      Ops tf, Operand<TInt32> sector, List<Operand<TFloat32>> choices) {
    int last = choices.size() - 1;
    Operand<TFloat32> chosen = choices.get(last);
    for (int i = last - 1; i >= 0; i--) {
      chosen = tf.select(tf.math.equal(sector, tf.constant(i)), choices.get(i), chosen);
    }
    return chosen;
  }
}
