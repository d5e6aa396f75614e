package org.fdistill.nn;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The learned bias of BEiT's attention: one value for each head and each offset between two
 * patches, and three more for the pairs with the class token. Parameter {@code table} [(2G-1)² + 3,
 * H], or [(2G-1)², H] without a class token.
 *
 * @param grid G
 * @param classToken whether token 0 is a class token
 * @param heads H
 * @param initializer first value of the table
 */
public record RelativePositionBias(
    int grid, boolean classToken, int heads, Initializer initializer) {

  /** A bias that starts at zero. */
  public RelativePositionBias(int grid, boolean classToken, int heads) {
    this(grid, classToken, heads, Initializers.zeros());
  }

  /** Rows of the table. */
  public int rows() {
    return offsets() + (classToken ? 3 : 0);
  }

  /**
   * Looks up the bias of every pair of tokens.
   *
   * @param scope whose path is the table's
   * @param index from {@link #index(Ops)}, shared by the network's tables
   * @return [H, N, N], by head, query and key
   */
  public Operand<TFloat32> apply(LayerScope scope, Operand<TInt32> index) {
    return lookUp(scope.tf(), table(scope), index);
  }

  private Operand<TFloat32> table(LayerScope scope) {
    Ops tf = scope.tf();
    Operand<TFloat32> table = scope.parameter("table", initializer, rows(), heads);
    // Read as it is, its gradient in Python were a tf.IndexedSlices of a row for each pair.
    return tf.reshape(table, tf.constant(new int[] {rows(), heads}));
  }

  /**
   * As {@link #apply}, of a table that is computed.
   *
   * @param table [rows, H]
   */
  Operand<TFloat32> lookUp(Ops tf, Operand<TFloat32> table, Operand<TInt32> index) {
    int tokens = tokens();
    Operand<TFloat32> pairs = tf.gather(table, index, tf.constant(0));
    Operand<TFloat32> byHead = tf.linalg.transpose(pairs, tf.constant(new int[] {1, 0}));
    return tf.reshape(byHead, tf.constant(new int[] {heads, tokens, tokens}));
  }

  /**
   * As {@link #apply}, of the visible tokens of each example.
   *
   * @param index from {@link #index(Ops, VisibleTokens)}
   * @param tokens n, all that are visible
   * @return [B, H, n, n], by example, head, query and key
   */
  public Operand<TFloat32> applyByExample(LayerScope scope, Operand<TInt32> index, int tokens) {
    Ops tf = scope.tf();
    Operand<TFloat32> pairs = tf.gather(table(scope), index, tf.constant(0)); // [B, n², H]
    Operand<TFloat32> byHead = tf.linalg.transpose(pairs, tf.constant(new int[] {0, 2, 1}));
    return tf.reshape(byHead, tf.constant(new int[] {-1, heads, tokens, tokens}));
  }

  /** The row of each pair, flattened by query and key: [N²]. */
  public Operand<TInt32> index(Ops tf) {
    return tf.constant(rowOfPair());
  }

  /** As {@link #index(Ops)}, of the visible tokens of each example: [B, n²]. */
  public Operand<TInt32> index(Ops tf, VisibleTokens visible) {
    return visible.ofPairs(tf, index(tf));
  }

  /**
   * The table's row for each query and key (the reference's {@code relative_position_index}).
   * Between patches it counts the offset of query and key by rows, then columns. The last three
   * rows are for the class token as query, as key, and for both.
   */
  int[] rowOfPair() {
    int tokens = tokens();
    int[] row = new int[tokens * tokens];
    for (int query = 0; query < tokens; query++) {
      for (int key = 0; key < tokens; key++) {
        row[query * tokens + key] = row(query, key);
      }
    }
    return row;
  }

  private int row(int query, int key) {
    int prefix = classToken ? 1 : 0;
    if (query >= prefix && key >= prefix) {
      return offset(query - prefix, key - prefix);
    }
    if (query < prefix && key < prefix) {
      return offsets() + 2;
    }
    return query < prefix ? offsets() : offsets() + 1;
  }

  private int offset(int query, int key) {
    int down = query / grid - key / grid + grid - 1;
    int right = query % grid - key % grid + grid - 1;
    return down * (2 * grid - 1) + right;
  }

  private int offsets() {
    return (2 * grid - 1) * (2 * grid - 1);
  }

  private int tokens() {
    return grid * grid + (classToken ? 1 : 0);
  }
}
