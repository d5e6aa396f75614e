package org.fdistill.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The windows of a map of tokens, cyclically shifted or not (arXiv 2103.14030, section 3.2).
 * Letters: G grid side, w window side, W = (G/w)² windows, N = w² tokens of a window.
 *
 * @param grid G
 * @param window w, which divides G
 * @param shift rows and columns by which the map is rolled towards its start; 0 for none
 */
public record ShiftedWindows(int grid, int window, int shift) {
  /** Taken off the logits of pairs that must not see each other. */
  private static final float BLOCKED = 100;

  /** N: tokens of a window. */
  public int tokens() {
    return window * window;
  }

  /** W: windows of the map. */
  public int count() {
    return (grid / window) * (grid / window);
  }

  /**
   * The tokens window by window, each row by row: for each position the token's number when the map
   * is read row by row.
   */
  public int[] order() {
    int[] order = new int[grid * grid];
    for (int position = 0; position < order.length; position++) {
      int row = (rolledRow(position) + shift) % grid;
      int column = (rolledColumn(position) + shift) % grid;
      order[position] = row * grid + column;
    }
    return order;
  }

  /**
   * What keeps tokens apart that only the shift has brought into one window: 0 or -100, as in the
   * reference. It is computed in the graph, where it would be megabytes as a constant.
   *
   * @return [W, 1, N, N] by window, query and key; null without a shift
   */
  Operand<TFloat32> mask(Ops tf) {
    if (shift == 0) {
      return null;
    }
    Operand<TFloat32> regions =
        tf.reshape(tf.constant(regions()), tf.constant(new int[] {count(), tokens()}));
    Operand<TFloat32> ofQuery = tf.expandDims(regions, tf.constant(2));
    Operand<TFloat32> ofKey = tf.expandDims(regions, tf.constant(1));
    Operand<TFloat32> same = tf.dtypes.cast(tf.math.equal(ofQuery, ofKey), TFloat32.class);
    Operand<TFloat32> mask = tf.math.mul(tf.math.sub(same, tf.constant(1f)), tf.constant(BLOCKED));
    return tf.expandDims(mask, tf.constant(1));
  }

  /** The region of each token, in the order of the windows; regions do not see each other. */
  float[] regions() {
    float[] regions = new float[grid * grid];
    for (int position = 0; position < regions.length; position++) {
      regions[position] = 3 * band(rolledRow(position)) + band(rolledColumn(position));
    }
    return regions;
  }

  /** Before the last window, in its part that stays, or in what the shift wraps around. */
  private int band(int along) {
    if (along < grid - window) {
      return 0;
    }
    return along < grid - shift ? 1 : 2;
  }

  private int rolledRow(int position) {
    int inside = position % tokens();
    return position / tokens() / (grid / window) * window + inside / window;
  }

  private int rolledColumn(int position) {
    int inside = position % tokens();
    return position / tokens() % (grid / window) * window + inside % window;
  }
}
