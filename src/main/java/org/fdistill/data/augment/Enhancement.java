package org.fdistill.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;

/**
 * PIL's ImageEnhance: an image [H, W, 3] is moved towards a plainer one (factor below 1) or away
 * from it (above 1), exact to the bit. Factors are scalars.
 */
final class Enhancement {
  private Enhancement() {}

  /** Towards black. */
  static Operand<TUint8> brightness(Ops tf, Operand<TUint8> image, Operand<TFloat32> factor) {
    return Pixels.truncate(tf, tf.math.mul(Pixels.floats(tf, image), factor));
  }

  /** Towards the mean of the grey image. */
  static Operand<TUint8> contrast(Ops tf, Operand<TUint8> image, Operand<TFloat32> factor) {
    Operand<TFloat32> pixels = Pixels.floats(tf, image);
    Operand<TFloat64> grey = tf.dtypes.cast(Pixels.grey(tf, pixels), TFloat64.class);
    Operand<TFloat64> sum = tf.reduceSum(grey, tf.constant(new int[] {0, 1, 2}));
    Operand<TFloat64> mean = tf.math.div(sum, tf.constant((double) image.shape().size()));
    Operand<TFloat64> rounded = tf.math.floor(tf.math.add(mean, tf.constant(0.5)));
    return blend(tf, tf.dtypes.cast(rounded, TFloat32.class), pixels, factor);
  }

  /** Towards grey. */
  static Operand<TUint8> colour(Ops tf, Operand<TUint8> image, Operand<TFloat32> factor) {
    Operand<TFloat32> pixels = Pixels.floats(tf, image);
    return blend(tf, Pixels.grey(tf, pixels), pixels, factor);
  }

  /** Towards a smoothed image; the outermost pixels stay. */
  static Operand<TUint8> sharpness(Ops tf, Operand<TUint8> image, Operand<TFloat32> factor) {
    Operand<TFloat32> pixels = Pixels.floats(tf, image);
    return blend(tf, smooth(tf, pixels), pixels, factor);
  }

  private static Operand<TUint8> blend(
      Ops tf, Operand<TFloat32> plain, Operand<TFloat32> pixels, Operand<TFloat32> factor) {
    return Pixels.truncate(tf, tf.math.add(plain, tf.math.mul(factor, tf.math.sub(pixels, plain))));
  }

  /**
   * The mean of the pixels around, where the one in the middle counts five times, rounded. Thirteen
   * divides no odd number of halves, so that float32's error cannot change the rounding.
   */
  private static Operand<TFloat32> smooth(Ops tf, Operand<TFloat32> pixels) {
    Shape shape = pixels.shape();
    long height = shape.get(0);
    long width = shape.get(1);
    if (height < 3 || width < 3) {
      return pixels;
    }
    Operand<TFloat32> inside = part(tf, pixels, 1, height - 1, 1, width - 1);
    Operand<TFloat32> sum = tf.math.mul(inside, tf.constant(4f));
    Operand<TFloat32> rows = sumOfThree(tf, pixels, 0, height);
    sum = tf.math.add(sum, sumOfThree(tf, rows, 1, width));
    Operand<TFloat32> mean =
        tf.math.floor(tf.math.add(tf.math.mul(sum, tf.constant(1 / 13f)), tf.constant(0.5f)));
    Operand<TFloat32> middle =
        tf.concat(
            List.of(
                part(tf, pixels, 1, height - 1, 0, 1),
                mean,
                part(tf, pixels, 1, height - 1, width - 1, width)),
            tf.constant(1));
    return tf.concat(
        List.of(
            part(tf, pixels, 0, 1, 0, width),
            middle,
            part(tf, pixels, height - 1, height, 0, width)),
        tf.constant(0));
  }

  private static Operand<TFloat32> sumOfThree(
      Ops tf, Operand<TFloat32> pixels, int axis, long side) {
    return tf.math.add(
        tf.math.add(along(tf, pixels, axis, 0, side - 2), along(tf, pixels, axis, 1, side - 1)),
        along(tf, pixels, axis, 2, side));
  }

  private static Operand<TFloat32> along(
      Ops tf, Operand<TFloat32> pixels, int axis, long from, long to) {
    return axis == 0
        ? tf.stridedSlice(pixels, Indices.slice(from, to))
        : tf.stridedSlice(pixels, Indices.all(), Indices.slice(from, to));
  }

  private static Operand<TFloat32> part(
      Ops tf, Operand<TFloat32> pixels, long top, long bottom, long left, long right) {
    return tf.stridedSlice(pixels, Indices.slice(top, bottom), Indices.slice(left, right));
  }
}
