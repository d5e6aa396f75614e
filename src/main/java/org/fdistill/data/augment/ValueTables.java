package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Cumsum;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/**
 * PIL's operations that replace each value of a pixel by another one, in all of the image the same:
 * exact. Images are [H, W, 3].
 */
final class ValueTables {
  private static final int TOP = Pixels.LEVELS - 1;
  private static final int[] MASKS = {0x00, 0x80, 0xc0, 0xe0, 0xf0, 0xf8, 0xfc, 0xfe, 0xff};
  private static final int SOLARIZE_ADD_BELOW = 128;

  private ValueTables() {}

  static Operand<TUint8> invert(Ops tf, Operand<TUint8> image) {
    return tf.bitwise.invert(image);
  }

  /** Keeps the highest bits, 0 to 8 of them. */
  static Operand<TUint8> posterize(Ops tf, Operand<TUint8> image, Operand<TInt32> bits) {
    Operand<TUint8> masks = tf.dtypes.cast(tf.constant(MASKS), TUint8.class);
    return tf.bitwise.bitwiseAnd(image, tf.gather(masks, bits, tf.constant(0)));
  }

  /** Inverts the values from a threshold on, 0 to 256. */
  static Operand<TUint8> solarize(Ops tf, Operand<TUint8> image, Operand<TInt32> threshold) {
    Operand<TInt32> values = Pixels.values(tf, false);
    Operand<TInt32> inverted = tf.math.sub(tf.constant(TOP), values);
    return Pixels.lookUp(tf, image, tf.select(tf.math.less(values, threshold), values, inverted));
  }

  /** Adds to the values below 128. */
  static Operand<TUint8> solarizeAdd(Ops tf, Operand<TUint8> image, Operand<TInt32> addend) {
    Operand<TInt32> values = Pixels.values(tf, false);
    Operand<TInt32> added = tf.math.minimum(tf.math.add(values, addend), tf.constant(TOP));
    Operand<TBool> dark = tf.math.less(values, tf.constant(SOLARIZE_ADD_BELOW));
    return Pixels.lookUp(tf, image, tf.select(dark, added, values));
  }

  /** Stretches each channel to 0..255; one of a single value stays. */
  static Operand<TUint8> autoContrast(Ops tf, Operand<TUint8> image) {
    Operand<TInt32> axes = tf.constant(new int[] {0, 1});
    Operand<TFloat64> low = doubles(tf, tf.min(image, axes)); // [3]
    Operand<TFloat64> high = doubles(tf, tf.max(image, axes));
    Operand<TBool> flat = tf.math.lessEqual(high, low);
    Operand<TFloat64> range = tf.select(flat, tf.onesLike(low), tf.math.sub(high, low));
    Operand<TFloat64> scale = tf.math.div(tf.constant((double) TOP), range);
    Operand<TFloat64> offset = tf.math.mul(tf.math.neg(low), scale);
    Operand<TFloat64> values = doubles(tf, Pixels.values(tf, true)); // [256, 1]
    Operand<TFloat64> stretched = tf.math.add(tf.math.mul(values, scale), offset);
    Operand<TFloat64> clipped =
        tf.clipByValue(stretched, tf.constant(0.0), tf.constant((double) TOP));
    Operand<TFloat64> table = tf.select(flat, values, clipped);
    return Pixels.lookUp(tf, image, tf.dtypes.cast(table, TInt32.class));
  }

  /** Spreads the values of each channel so that each is about as frequent as the others. */
  static Operand<TUint8> equalize(Ops tf, Operand<TUint8> image) {
    Operand<TInt32> counts = Pixels.histogram(tf, image); // [256, 3]
    Operand<TInt32> values = Pixels.values(tf, true);
    Operand<TInt32> total = tf.reduceSum(counts, tf.constant(0)); // [3]
    Operand<TInt32> step =
        tf.math.floorDiv(tf.math.sub(total, countOfHighest(tf, counts, values)), tf.constant(TOP));
    Operand<TInt32> before =
        tf.math.cumsum(counts, tf.constant(0), Cumsum.exclusive(true)); // [256, 3]
    Operand<TInt32> halfStep = tf.math.floorDiv(step, tf.constant(2));
    Operand<TInt32> spread =
        tf.math.floorDiv(tf.math.add(before, halfStep), tf.math.maximum(step, tf.constant(1)));
    Operand<TInt32> same = tf.math.add(values, tf.zerosLike(counts));
    Operand<TInt32> table =
        tf.select(
            tf.math.greater(step, tf.constant(0)), tf.math.minimum(spread, tf.constant(TOP)), same);
    return Pixels.lookUp(tf, image, table);
  }

  /** How often each channel has its highest value [3]. */
  private static Operand<TInt32> countOfHighest(
      Ops tf, Operand<TInt32> counts, Operand<TInt32> values) {
    Operand<TInt32> none = tf.constant(0);
    Operand<TInt32> seen = tf.math.minimum(counts, tf.constant(1));
    Operand<TInt32> highest = tf.max(tf.math.mul(seen, values), none); // [3]
    Operand<TBool> isHighest = tf.math.equal(values, highest); // [256, 3]
    return tf.reduceSum(
        tf.math.mul(counts, tf.dtypes.cast(isHighest, TInt32.class)), tf.constant(0));
  }

  private static Operand<TFloat64> doubles(Ops tf, Operand<? extends TNumber> numbers) {
    return tf.dtypes.cast(numbers, TFloat64.class);
  }
}
