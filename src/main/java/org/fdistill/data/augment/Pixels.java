package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** Steps that several operations on images [H, W, 3] of uint8 share. */
final class Pixels {
  /** Values of one channel. */
  static final int LEVELS = 256;

  private static final float[][] LUMA = {
    {19595, 19595, 19595}, {38470, 38470, 38470}, {7471, 7471, 7471}
  };

  private Pixels() {}

  static Operand<TFloat32> floats(Ops tf, Operand<TUint8> image) {
    return tf.dtypes.cast(image, TFloat32.class);
  }

  /** Clips to 0..255 and cuts off what follows the point. */
  static Operand<TUint8> truncate(Ops tf, Operand<TFloat32> pixels) {
    return tf.dtypes.cast(tf.clipByValue(pixels, tf.constant(0f), tf.constant(255f)), TUint8.class);
  }

  /**
   * PIL's grey in each of the three channels: the weights of ITU-R 601 in units of 2^-16, rounded.
   * All sums are whole numbers below 2^24, so that float32 is exact.
   *
   * @param image [H, W, 3], whole numbers
   */
  static Operand<TFloat32> grey(Ops tf, Operand<TFloat32> image) {
    Operand<TFloat32> flat = tf.reshape(image, tf.constant(new int[] {-1, 3}));
    Operand<TFloat32> weighted = tf.linalg.matMul(flat, tf.constant(LUMA));
    Operand<TFloat32> rounded = tf.math.add(weighted, tf.constant(32768f));
    Operand<TFloat32> grey = tf.math.floor(tf.math.mul(rounded, tf.constant(1 / 65536f)));
    return tf.reshape(grey, tf.constant(image.shape()));
  }

  /**
   * Replaces each value by what a table has for it.
   *
   * @param table [256], or [256, 3] with a column for each channel; 0 to 255
   */
  static Operand<TUint8> lookUp(Ops tf, Operand<TUint8> image, Operand<TInt32> table) {
    boolean byChannel = table.shape().numDimensions() == 2;
    Operand<TInt32> places = byChannel ? places(tf, image) : tf.dtypes.cast(image, TInt32.class);
    Operand<TUint8> flat =
        tf.reshape(tf.dtypes.cast(table, TUint8.class), tf.constant(new int[] {-1}));
    return tf.gather(flat, places, tf.constant(0));
  }

  /** Of each value its place in a table [256, 3] as one row. */
  private static Operand<TInt32> places(Ops tf, Operand<TUint8> image) {
    Operand<TInt32> values = tf.dtypes.cast(image, TInt32.class);
    return tf.math.add(tf.math.mul(values, tf.constant(3)), tf.constant(new int[] {0, 1, 2}));
  }

  /** How often each channel has each value [256, 3]. */
  static Operand<TInt32> histogram(Ops tf, Operand<TUint8> image) {
    Operand<TInt32> flat = tf.reshape(places(tf, image), tf.constant(new int[] {-1}));
    Operand<TInt32> counts =
        tf.math.denseBincount(flat, tf.constant(3 * LEVELS), tf.constant(new int[0]));
    return tf.reshape(counts, tf.constant(new int[] {LEVELS, 3}));
  }

  /** 0 to 255, as a column for channels where {@code column}. */
  static Operand<TInt32> values(Ops tf, boolean column) {
    Operand<TInt32> values = tf.range(tf.constant(0), tf.constant(LEVELS), tf.constant(1));
    return column ? tf.reshape(values, tf.constant(new int[] {LEVELS, 1})) : values;
  }
}
