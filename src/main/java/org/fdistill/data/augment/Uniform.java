package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** Uniform random numbers from 0 to 1 that are drawn at once and taken one after the other. */
final class Uniform {
  private final Ops tf;
  private final Operand<TFloat64> numbers;
  private final int count;
  private int taken;

  /**
   * Draws.
   *
   * @param seed [2]
   * @param count how many can be taken
   */
  Uniform(Ops tf, Operand<TInt64> seed, int count) {
    this.tf = tf;
    this.count = count;
    numbers =
        tf.random.statelessRandomUniform(tf.constant(new int[] {count}), seed, TFloat64.class);
  }

  /** A seed for further draws, of another kind, which are independent of those of this seed. */
  static Operand<TInt64> next(Ops tf, Operand<TInt64> seed) {
    return tf.math.add(seed, tf.constant(new long[] {1, 0}));
  }

  /** The next number, scalar. */
  Operand<TFloat64> next() {
    return tf.stridedSlice(numbers, Indices.at(take(1)));
  }

  /** The next numbers [length]. */
  Operand<TFloat64> next(int length) {
    int from = take(length);
    return tf.stridedSlice(numbers, Indices.slice(from, from + length));
  }

  private int take(int length) {
    if (taken + length > count) {
      throw new IllegalStateException(count + " numbers were drawn, more are taken");
    }
    taken += length;
    return taken - length;
  }

  /** The next number, brought into a range; scalar. */
  Operand<TFloat64> between(double low, double high) {
    return scaled(next(), low, high);
  }

  /** The next numbers, brought into a range [length]. */
  Operand<TFloat64> between(int length, double low, double high) {
    return scaled(next(length), low, high);
  }

  private Operand<TFloat64> scaled(Operand<TFloat64> number, double low, double high) {
    return tf.math.add(tf.constant(low), tf.math.mul(number, tf.constant(high - low)));
  }

  /** True with a probability; scalar. */
  Operand<TBool> chance(double probability) {
    return tf.math.less(next(), tf.constant(probability));
  }

  /** A whole number from 0 to one below a limit, which is 1 or more; scalar. */
  Operand<TInt32> below(Operand<TInt32> limit) {
    return below(limit, next());
  }

  /** Whole numbers below limits, from numbers that were taken; of the shape of both together. */
  Operand<TInt32> below(Operand<TInt32> limit, Operand<TFloat64> number) {
    Operand<TFloat64> product = tf.math.mul(number, tf.dtypes.cast(limit, TFloat64.class));
    Operand<TInt32> floor = tf.dtypes.cast(tf.math.floor(product), TInt32.class);
    return tf.math.minimum(floor, tf.math.sub(limit, tf.constant(1)));
  }
}
