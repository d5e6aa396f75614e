package org.fdistill.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;

/** Rectangles in square images: top, left, bottom and right, of which the last two are outside. */
final class Boxes {
  private Boxes() {}

  /**
   * Which pixels lie inside [B, S, S, 1].
   *
   * @param boxes [B, 4]
   * @param side S
   */
  static Operand<TBool> cover(Ops tf, Operand<TInt32> boxes, int side) {
    Operand<TBool> rows = between(tf, boxes, 0, 2, side); // [B, S]
    Operand<TBool> columns = between(tf, boxes, 1, 3, side);
    return tf.math.logicalAnd(
        tf.expandDims(tf.expandDims(rows, tf.constant(2)), tf.constant(3)),
        tf.expandDims(tf.expandDims(columns, tf.constant(1)), tf.constant(3)));
  }

  private static Operand<TBool> between(Ops tf, Operand<TInt32> boxes, int from, int to, int side) {
    Operand<TInt32> places = tf.range(tf.constant(0), tf.constant(side), tf.constant(1)); // [S]
    return tf.math.logicalAnd(
        tf.math.greaterEqual(places, bound(tf, boxes, from)),
        tf.math.less(places, bound(tf, boxes, to)));
  }

  /** [B, 1]. */
  private static Operand<TInt32> bound(Ops tf, Operand<TInt32> boxes, int index) {
    return tf.stridedSlice(boxes, Indices.all(), Indices.slice(index, index + 1));
  }

  /** The rectangle around a centre, clipped to the image [4]; all scalars. */
  static Operand<TInt32> around(
      Ops tf, Operand<TInt32> row, Operand<TInt32> column, Operand<TInt32> length, int side) {
    Operand<TInt32> before = tf.math.floorDiv(length, tf.constant(2));
    Operand<TInt32> after = tf.math.sub(length, before);
    Operand<TInt32> box =
        tf.stack(
            List.of(
                tf.math.sub(row, before),
                tf.math.sub(column, before),
                tf.math.add(row, after),
                tf.math.add(column, after)));
    return tf.clipByValue(box, tf.constant(0), tf.constant(side));
  }
}
