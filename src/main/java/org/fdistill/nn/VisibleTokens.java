package org.fdistill.nn;

import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * The tokens of each example that a network sees: its prefix tokens (class token, registers), and
 * all patches or those that a mask keeps. Letters: B batch, G grid side, K kept patches, P prefix
 * tokens, N = P + G² tokens, n = P + K visible ones, C width.
 *
 * @param grid G
 * @param prefixTokens P
 * @param kept numbers of the kept patches, row by row of the grid, each once [B, K]; null: all
 */
public record VisibleTokens(int grid, int prefixTokens, Operand<TInt32> kept) {
  /** Gathers for each example by itself. */
  private static final Gather.Options BY_EXAMPLE = Gather.batchDims(1L);

  /** A mask that hides nothing. */
  public static VisibleTokens all(int grid, int prefixTokens) {
    return new VisibleTokens(grid, prefixTokens, null);
  }

  /** Whether nothing is hidden. */
  public boolean isAll() {
    return kept == null;
  }

  /** n. */
  public int count() {
    return prefixTokens + patches();
  }

  /** K. */
  public int patches() {
    return isAll() ? grid * grid : Math.toIntExact(kept.shape().get(1));
  }

  /**
   * The visible ones of something that each example has for every patch.
   *
   * @param patches [B, G², C]
   * @return [B, K, C]
   */
  public <T extends TNumber> Operand<T> ofPatches(Ops tf, Operand<T> patches) {
    return isAll() ? patches : tf.gather(patches, kept, tf.constant(1), BY_EXAMPLE);
  }

  /**
   * The visible rows of a table that all examples share.
   *
   * @param table [1, N, C]
   * @return [B, n, C]; the table itself where all are visible
   */
  public Operand<TFloat32> ofTable(Ops tf, Operand<TFloat32> table) {
    if (isAll()) {
      return table;
    }
    int[] shape = {prefixTokens + grid * grid, Math.toIntExact(table.shape().get(2))};
    return tf.gather(tf.reshape(table, tf.constant(shape)), tokens(tf), tf.constant(0));
  }

  /**
   * The visible pairs of query and key, of something that all pairs have.
   *
   * @param pairs [N²], by query and key
   * @return [B, n²], by query and key; call it only where some are hidden
   */
  Operand<TInt32> ofPairs(Ops tf, Operand<TInt32> pairs) {
    Operand<TInt32> tokens = tokens(tf);
    Operand<TInt32> queries = tf.reshape(tokens, tf.constant(new int[] {-1, count(), 1}));
    Operand<TInt32> keys = tf.reshape(tokens, tf.constant(new int[] {-1, 1, count()}));
    Operand<TInt32> rows = tf.math.mul(queries, tf.constant(prefixTokens + grid * grid));
    Operand<TInt32> places = tf.math.add(rows, keys);
    Operand<TInt32> flat = tf.reshape(places, tf.constant(new int[] {-1, count() * count()}));
    return tf.gather(pairs, flat, tf.constant(0));
  }

  /** The numbers of the visible tokens among all, [B, n]. */
  private Operand<TInt32> tokens(Ops tf) {
    if (prefixTokens == 0) {
      return kept;
    }
    Operand<TInt32> first = tf.constant(new int[][] {IntStream.range(0, prefixTokens).toArray()});
    Operand<TInt32> column =
        tf.slice(kept, tf.constant(new int[2]), tf.constant(new int[] {-1, 1}));
    Operand<TInt32> prefix = tf.math.add(tf.zerosLike(column), first);
    Operand<TInt32> patches = tf.math.add(kept, tf.constant(prefixTokens));
    return tf.concat(List.of(prefix, patches), tf.constant(1));
  }
}
