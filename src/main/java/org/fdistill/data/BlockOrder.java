package org.fdistill.data;

import java.util.List;
import java.util.stream.LongStream;
import org.fdistill.proto.BlocksConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.RandomIndexShuffle;
import org.tensorflow.types.TInt64;

/**
 * Which example stands at a position, where examples are read in blocks. An epoch takes its blocks
 * in a random order; the examples in this order are its line, and a place is a number in the line.
 * Each {@code buffer} of consecutive places is then permuted. All of it follows from the seed, the
 * epoch and the place alone.
 *
 * @param examples n
 * @param blocks their number K; the first example of each is a vector [K + 1] that ends with n
 * @param buffer G, the examples that are permuted with each other
 * @param shuffled whether there is any permutation; else the line is the order of the source
 * @param seed the run's seed
 */
record BlockOrder(long examples, int blocks, long buffer, boolean shuffled, long seed) {
  /**
   * Divides a source into blocks.
   *
   * @return the first example of each block, and n
   */
  static long[] firstOfBlocks(RunReader reader, long examples, BlocksConfig config) {
    long[] files = reader.firstOfFiles();
    long block = reader.frontToBack() ? examples : config.getRecords();
    LongStream.Builder firsts = LongStream.builder();
    for (int f = 0; f < files.length; f++) {
      long end = f + 1 < files.length ? files[f + 1] : examples;
      for (long first = files[f]; first < end; first += block) {
        firsts.add(first);
      }
    }
    return firsts.add(examples).build().toArray();
  }

  /**
   * The blocks in the order of an epoch.
   *
   * @param first the first example of each [K]
   * @param place its place in the line [K + 1]; the last is n
   */
  record Line(Operand<TInt64> first, Operand<TInt64> place) {
    /** The last block that starts at a place or before it, for places [m]; [m]. */
    Operand<TInt64> blockAt(Ops tf, Operand<TInt64> places) {
      Operand<TInt64> after = tf.upperBound(row(tf, place), row(tf, places), TInt64.class);
      return tf.math.sub(flat(tf, after), tf.constant(1L));
    }

    /** The first block that starts at a place or after it, for places [m]; [m]. */
    Operand<TInt64> blockFrom(Ops tf, Operand<TInt64> places) {
      return flat(tf, tf.lowerBound(row(tf, place), row(tf, places), TInt64.class));
    }

    private static Operand<TInt64> row(Ops tf, Operand<TInt64> vector) {
      return tf.reshape(vector, tf.constant(new int[] {1, -1}));
    }

    private static Operand<TInt64> flat(Ops tf, Operand<TInt64> row) {
      return tf.reshape(row, tf.constant(new int[] {-1}));
    }
  }

  /**
   * The line of an epoch.
   *
   * @param epoch scalar
   * @param firstOfBlocks [K + 1]
   */
  Line line(Ops tf, Operand<TInt64> epoch, Operand<TInt64> firstOfBlocks) {
    Operand<TInt64> axis = tf.constant(0L);
    Operand<TInt64> one = tf.constant(1L);
    Operand<TInt64> block = tf.range(axis, tf.constant((long) blocks), one);
    if (shuffled) {
      long key = Purpose.BLOCK_ORDER.seed(seed);
      block = permuted(tf, block, words(tf, key, tf.constant(key >>> 32), epoch), blocks - 1L);
    }
    Operand<TInt64> first = tf.gather(firstOfBlocks, block, axis);
    Operand<TInt64> next = tf.gather(firstOfBlocks, tf.math.add(block, one), axis);
    Operand<TInt64> ends = tf.math.cumsum(tf.math.sub(next, first), axis);
    return new Line(first, tf.concat(List.of(tf.constant(new long[] {0}), ends), axis));
  }

  /**
   * What the places of one buffer take from each other.
   *
   * @param epoch scalar
   * @param base the buffer's first place, scalar
   * @param slots numbers within it [m] or scalar
   * @param size how many places it has, scalar
   */
  Operand<TInt64> mixed(
      Ops tf,
      Operand<TInt64> epoch,
      Operand<TInt64> base,
      Operand<TInt64> slots,
      Operand<TInt64> size) {
    if (!shuffled) {
      return slots;
    }
    long key = Purpose.BLOCK_MIX.seed(seed);
    Operand<TInt64> number = tf.math.floorDiv(base, tf.constant(buffer));
    Operand<TInt64> high = tf.math.add(number, tf.constant(key >>> 32));
    Operand<TInt64> word = tf.bitwise.bitwiseAnd(high, tf.constant(0xffffffffL));
    return RandomIndexShuffle.create(
        tf.scope(), slots, words(tf, key, word, epoch), tf.math.sub(size, tf.constant(1L)));
  }

  private static Operand<TInt64> permuted(
      Ops tf, Operand<TInt64> numbers, Operand<TInt64> words, long largest) {
    return RandomIndexShuffle.create(tf.scope(), numbers, words, tf.constant(largest));
  }

  /** The op takes three words of 32 bits. */
  private static Operand<TInt64> words(
      Ops tf, long key, Operand<TInt64> high, Operand<TInt64> epoch) {
    return tf.stack(List.of(tf.constant(key & 0xffffffffL), high, epoch));
  }

  /**
   * The example at a position.
   *
   * @param position scalar
   * @param firstOfBlocks [K + 1]
   */
  Operand<TInt64> exampleAt(Ops tf, Operand<TInt64> position, Operand<TInt64> firstOfBlocks) {
    Operand<TInt64> n = tf.constant(examples);
    Operand<TInt64> epoch = tf.math.floorDiv(position, n);
    Operand<TInt64> place = tf.math.floorMod(position, n);
    Operand<TInt64> slot = tf.math.floorMod(place, tf.constant(buffer));
    Operand<TInt64> base = tf.math.sub(place, slot);
    Operand<TInt64> size = tf.math.minimum(tf.constant(buffer), tf.math.sub(n, base));
    Operand<TInt64> from = tf.math.add(base, mixed(tf, epoch, base, slot, size));
    Line line = line(tf, epoch, firstOfBlocks);
    Operand<TInt64> block = tf.squeeze(line.blockAt(tf, from));
    Operand<TInt64> axis = tf.constant(0L);
    Operand<TInt64> within = tf.math.sub(from, tf.gather(line.place(), block, axis));
    return tf.math.add(tf.gather(line.first(), block, axis), within);
  }
}
