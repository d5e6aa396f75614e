package org.fdistill.task.distill;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Uniform numbers that depend on the run's seed, a purpose and the position of an example alone, so
 * that neither batches nor a resume change them: the finalizer of SplitMix64 over a counter.
 */
final class PositionDraws {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final int BITS = 24;

  private PositionDraws() {}

  /**
   * Draws.
   *
   * @param key scalar, of the run and the purpose
   * @param positions [B] of the examples
   * @param count of numbers for each
   * @return [B, count], from 0 to below 1, in steps of 2^-24
   */
  static Operand<TFloat32> uniform(
      Ops tf, Operand<TInt64> key, Operand<TInt64> positions, int count) {
    long[] places = new long[count];
    for (int i = 0; i < count; i++) {
      places[i] = i + 1L;
    }
    Operand<TInt64> first = tf.math.mul(positions, tf.constant((long) count));
    Operand<TInt64> counter =
        tf.math.add(tf.expandDims(first, tf.constant(1)), tf.constant(places));
    Operand<TInt64> z = tf.math.add(key, tf.math.mul(counter, tf.constant(GOLDEN_GAMMA)));
    z = tf.math.mul(folded(tf, z, 30), tf.constant(0xBF58476D1CE4E5B9L));
    z = tf.math.mul(folded(tf, z, 27), tf.constant(0x94D049BB133111EBL));
    Operand<TInt64> top = shifted(tf, folded(tf, z, 31), Long.SIZE - BITS);
    return tf.math.mul(tf.dtypes.cast(top, TFloat32.class), tf.constant(1f / (1 << BITS)));
  }

  private static Operand<TInt64> folded(Ops tf, Operand<TInt64> z, int by) {
    return tf.bitwise.bitwiseXor(z, shifted(tf, z, by));
  }

  /** To the right, with zeros from the left; TensorFlow's shift repeats the sign. */
  private static Operand<TInt64> shifted(Ops tf, Operand<TInt64> z, int by) {
    Operand<TInt64> shifted = tf.bitwise.rightShift(z, tf.constant((long) by));
    return tf.bitwise.bitwiseAnd(shifted, tf.constant(-1L >>> by));
  }
}
