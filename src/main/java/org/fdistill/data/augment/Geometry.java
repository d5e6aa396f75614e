package org.fdistill.data.augment;

import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;

/**
 * How an image becomes a view of S by S pixels. Everything that belongs to one image, such as its
 * mask, is brought through the same geometry.
 *
 * @param box the part of the image that is decoded; empty: all of it
 * @param size that the part is scaled to: height, width [2]
 * @param offset of the view in the scaled part: row, column [2]; what the view covers beside the
 *     part is black padding
 * @param mirrored whether left and right are exchanged in the view, scalar
 */
public record Geometry(
    Optional<Box> box, Operand<TInt32> size, Operand<TInt32> offset, Operand<TBool> mirrored) {
  /** Numbers of {@link #asVector}. */
  public static final int NUMBERS = 9;

  private static final int SIZE = 4;
  private static final int OFFSET = 6;
  private static final int MIRRORED = 8;

  /**
   * All of it [9]: top, left, height and width of the box, which is the whole image where there is
   * none; size; offset; 1 where mirrored, else 0.
   *
   * @param whole size of the image: height, width [2 or more]
   */
  public Operand<TInt32> asVector(Ops tf, Operand<TInt32> whole) {
    Operand<TInt32> part =
        box.map(b -> b.asVector(tf))
            .orElseGet(
                () ->
                    tf.concat(
                        List.of(
                            tf.constant(new int[] {0, 0}),
                            tf.stridedSlice(whole, Indices.slice(0, 2))),
                        tf.constant(0)));
    Operand<TInt32> flag = tf.expandDims(tf.dtypes.cast(mirrored, TInt32.class), tf.constant(0));
    return tf.concat(List.of(part, size, offset, flag), tf.constant(0));
  }

  /**
   * The geometry that a vector describes.
   *
   * @param vector as {@link #asVector} makes it [9]
   */
  public static Geometry ofVector(Ops tf, Operand<TInt32> vector) {
    Box box = new Box(at(tf, vector, 0), at(tf, vector, 1), at(tf, vector, 2), at(tf, vector, 3));
    return new Geometry(
        Optional.of(box),
        tf.stridedSlice(vector, Indices.slice(SIZE, OFFSET)),
        tf.stridedSlice(vector, Indices.slice(OFFSET, MIRRORED)),
        tf.math.equal(at(tf, vector, MIRRORED), tf.constant(1)));
  }

  private static Operand<TInt32> at(Ops tf, Operand<TInt32> vector, int index) {
    return tf.stridedSlice(vector, Indices.at(index));
  }
}
