package org.fdistill.data;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.RandomIndexShuffle;
import org.tensorflow.types.TInt64;

/**
 * Which example stands at a position: place p mod n of epoch p div n, each epoch a permutation of
 * all n examples drawn from the seed and the epoch's number, or the same order every time.
 *
 * @param examples n
 * @param shuffled whether epochs are permuted
 * @param seed the run's seed
 */
record EpochOrder(long examples, boolean shuffled, long seed) {
  /**
   * Adds the look-up to a graph or function.
   *
   * @param position scalar p
   */
  Operand<TInt64> exampleAt(Ops tf, Operand<TInt64> position) {
    Operand<TInt64> n = tf.constant(examples);
    Operand<TInt64> place = tf.math.floorMod(position, n);
    if (!shuffled) {
      return place;
    }
    long key = Purpose.ORDER.seed(seed);
    Operand<TInt64> epoch = tf.math.floorDiv(position, n);
    // The op takes three words of 32 bits.
    Operand<TInt64> words =
        tf.stack(List.of(tf.constant(key & 0xffffffffL), tf.constant(key >>> 32), epoch));
    return RandomIndexShuffle.create(tf.scope(), place, words, tf.constant(examples - 1));
  }
}
