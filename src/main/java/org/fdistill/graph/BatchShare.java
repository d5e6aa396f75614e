package org.fdistill.graph;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

/**
 * Which rows of each batch are one worker's. Worker w of W has two runs of rows: of the first half
 * of the batch the w-th part, of the second half the w-th part from its end. So a row and its
 * mirror image (row i and row W B - 1 - i) are the same worker's, if B is even: who mixes a batch
 * with itself in reverse order needs no other worker's rows. Positions count rows over all batches.
 *
 * @param workers W
 * @param worker w, from 0
 * @param batch B, rows of this worker in each batch
 */
public record BatchShare(int workers, int worker, int batch) {
  /**
   * Consecutive rows of a batch.
   *
   * @param first the first of them
   * @param size how many
   */
  public record Rows(int first, int size) {}

  /** Rows of a batch of all workers: W B. */
  public int total() {
    return workers * batch;
  }

  /** This worker's rows of a batch, ascending. */
  public List<Rows> rows() {
    if (workers == 1) {
      return List.of(new Rows(0, batch));
    }
    int later = batch / 2;
    int early = batch - later;
    List<Rows> rows = new ArrayList<>(List.of(new Rows(worker * early, early)));
    if (later > 0) {
      rows.add(new Rows(workers * early + (workers - 1 - worker) * later, later));
    }
    return rows;
  }

  /** How many of this worker's positions come before a position. */
  public long before(long position) {
    long within = position % total();
    long count = position / total() * batch;
    for (Rows run : rows()) {
      count += Math.max(0, Math.min(run.size(), within - run.first()));
    }
    return count;
  }

  /** The position of this worker's n-th row, from 0. */
  public long position(long n) {
    long within = n % batch;
    long position = n / batch * total();
    for (Rows run : rows()) {
      if (within < run.size()) {
        return position + run.first() + within;
      }
      within -= run.size();
    }
    throw new IllegalStateException("a batch has no row " + within);
  }

  /** The first of this worker's positions that is not before a position. */
  public long from(long position) {
    return position(before(position));
  }

  /** As {@link #before(long)}, in a graph; scalar. */
  public Operand<TInt64> before(Ops tf, Operand<TInt64> position) {
    if (workers == 1) {
      return position;
    }
    Operand<TInt64> total = tf.constant((long) total());
    Operand<TInt64> within = tf.math.floorMod(position, total);
    Operand<TInt64> count =
        tf.math.mul(tf.math.floorDiv(position, total), tf.constant((long) batch));
    for (Rows run : rows()) {
      Operand<TInt64> passed = tf.math.sub(within, tf.constant((long) run.first()));
      Operand<TInt64> own =
          tf.math.minimum(tf.math.maximum(passed, tf.constant(0L)), tf.constant((long) run.size()));
      count = tf.math.add(count, own);
    }
    return count;
  }

  /** As {@link #position(long)}, in a graph; of any shape. */
  public Operand<TInt64> position(Ops tf, Operand<TInt64> n) {
    if (workers == 1) {
      return n;
    }
    Operand<TInt64> size = tf.constant((long) batch);
    Operand<TInt64> within = tf.math.floorMod(n, size);
    List<Rows> rows = rows();
    Operand<TInt64> row = tf.math.add(within, tf.constant((long) rows.get(0).first()));
    if (rows.size() > 1) {
      int early = rows.get(0).size();
      Operand<TInt64> later = tf.math.add(within, tf.constant((long) rows.get(1).first() - early));
      row = tf.select(tf.math.less(within, tf.constant((long) early)), row, later);
    }
    Operand<TInt64> start = tf.math.mul(tf.math.floorDiv(n, size), tf.constant((long) total()));
    return tf.math.add(start, row);
  }

  /**
   * The position that stands for the whole batch of a row in draws that the batch has in common:
   * the first of the batch, or the row's own where one worker has them all.
   *
   * @param position scalar
   */
  public Operand<TInt64> shared(Ops tf, Operand<TInt64> position) {
    return workers == 1
        ? position
        : tf.math.sub(position, tf.math.floorMod(position, tf.constant((long) total())));
  }
}
