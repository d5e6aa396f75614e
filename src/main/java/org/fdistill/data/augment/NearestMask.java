package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * A mask that is resized as OpenCV does to the nearest, without half pixels: row y of the result is
 * row floor(y H / H') of the mask. Only the part that is asked for is made.
 */
final class NearestMask {
  private final Ops tf;
  private final Operand<TUint8> mask;
  private final Operand<TInt32> scaled;

  /**
   * Makes nothing yet.
   *
   * @param mask [H, W]
   * @param scaled the size that it is resized to, H' and W' [2]
   */
  NearestMask(Ops tf, Operand<TUint8> mask, Operand<TInt32> scaled) {
    this.tf = tf;
    this.mask = mask;
    this.scaled = scaled;
  }

  /** A part that lies inside, from an offset [2] on, with so many rows and columns [2]. */
  Operand<TUint8> part(Operand<TInt32> offset, Operand<TInt32> extent) {
    Operand<TInt32> rows = range(at(extent, 0), at(offset, 0));
    Operand<TInt32> columns = range(at(extent, 1), at(offset, 1));
    return gather(rows, columns);
  }

  /** The view of a geometry [S, S]; 255 beyond the mask. */
  Operand<TUint8> view(Geometry geometry, int side) {
    Operand<TInt32> rows = range(tf.constant(side), at(geometry.offset(), 0));
    Operand<TInt32> straight = range(tf.constant(side), at(geometry.offset(), 1));
    Operand<TInt32> columns =
        tf.select(geometry.mirrored(), tf.reverse(straight, tf.constant(new int[] {0})), straight);
    Operand<TBool> inside =
        tf.math.logicalAnd(
            tf.expandDims(inside(rows, 0), tf.constant(1)),
            tf.expandDims(inside(columns, 1), tf.constant(0)));
    Operand<TUint8> none = tf.dtypes.cast(tf.constant(MaskDecoder.NO_CLASS), TUint8.class);
    return tf.reshape(
        tf.select(inside, gather(rows, columns), none), tf.constant(new int[] {side, side}));
  }

  private Operand<TUint8> gather(Operand<TInt32> rows, Operand<TInt32> columns) {
    Operand<TUint8> ofRows = tf.gather(mask, source(rows, 0), tf.constant(0));
    return tf.gather(ofRows, source(columns, 1), tf.constant(1));
  }

  /** Which row or column of the mask; the outermost one for those beyond it. */
  private Operand<TInt32> source(Operand<TInt32> places, int axis) {
    Operand<TInt32> side = at(tf.shape(mask), axis);
    Operand<TFloat64> scale = tf.math.div(doubles(at(scaled, axis)), doubles(side));
    // In OpenCV's two steps, each of which rounds.
    Operand<TFloat64> inverse = tf.math.div(tf.constant(1.0), scale);
    Operand<TInt32> source =
        tf.dtypes.cast(tf.math.floor(tf.math.mul(doubles(places), inverse)), TInt32.class);
    return tf.math.maximum(
        tf.constant(0), tf.math.minimum(source, tf.math.sub(side, tf.constant(1))));
  }

  private Operand<TBool> inside(Operand<TInt32> places, int axis) {
    return tf.math.logicalAnd(
        tf.math.greaterEqual(places, tf.constant(0)), tf.math.less(places, at(scaled, axis)));
  }

  private Operand<TInt32> range(Operand<TInt32> count, Operand<TInt32> from) {
    return tf.range(from, tf.math.add(from, count), tf.constant(1));
  }

  private Operand<TFloat64> doubles(Operand<TInt32> numbers) {
    return tf.dtypes.cast(numbers, TFloat64.class);
  }

  private Operand<TInt32> at(Operand<TInt32> vector, int index) {
    return tf.stridedSlice(vector, Indices.at(index));
  }
}
