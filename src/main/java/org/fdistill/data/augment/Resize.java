package org.fdistill.data.augment;

import java.util.List;
import org.fdistill.proto.Interpolation;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/**
 * Resizing to S by S pixels, antialiased as PIL does or not as OpenCV does, rounded to uint8.
 *
 * <p>It runs as two passes over rows, with the image transposed between them: a row is contiguous,
 * which makes a pass over rows several times as fast as one over columns.
 */
public final class Resize {
  private final Interpolation interpolation;
  private final int side;
  private final boolean antialias;

  /** To images of side S, antialiased. */
  public Resize(Interpolation interpolation, int side) {
    this(interpolation, side, true);
  }

  /**
   * To images of side S.
   *
   * @param antialias whether pixels that are made smaller see all that they cover
   */
  Resize(Interpolation interpolation, int side, boolean antialias) {
    this.interpolation = interpolation;
    this.side = side;
    this.antialias = antialias;
  }

  /** S: the side of the result, in pixels. */
  public int side() {
    return side;
  }

  /**
   * Scales a part of an image and cuts the view out of it.
   *
   * @param part the pixels of the geometry's box: [height, width, 3]
   * @return [S, S, 3]
   */
  Operand<TUint8> apply(Ops tf, Operand<TUint8> part, Geometry geometry) {
    Operand<TInt32> size = geometry.size();
    Operand<TInt32> offset = geometry.offset();
    Operand<TFloat32> rows = pass(tf, part, at(tf, size, 0), at(tf, offset, 0)); // S, width, 3
    Operand<TFloat32> both =
        pass(tf, swapSides(tf, rows), at(tf, size, 1), at(tf, offset, 1)); // S, S, 3, columns first
    Operand<TFloat32> straight = swapSides(tf, mirror(tf, both, geometry.mirrored()));
    return tf.reshape(round(tf, straight), tf.constant(new int[] {side, side, 3}));
  }

  /**
   * Scales the first side of an image. Columns and channels together are the channels of an image
   * that is one pixel wide.
   *
   * @param image [from, across, 3]
   * @param to the side's length after scaling
   * @param offset first element that is taken
   * @return [S, across, 3]
   */
  private Operand<TFloat32> pass(
      Ops tf, Operand<? extends TNumber> image, Operand<TInt32> to, Operand<TInt32> offset) {
    Operand<TInt32> shape = tf.shape(image);
    Operand<TInt32> from = at(tf, shape, 0);
    Operand<TInt32> across = at(tf, shape, 1);
    Operand<TInt32> one = tf.constant(1);
    Operand<TInt32> row = tf.math.mul(across, tf.constant(3));
    Operand<TFloat32> scale =
        tf.math.div(tf.dtypes.cast(to, TFloat32.class), tf.dtypes.cast(from, TFloat32.class));
    Operand<TFloat32> shift = tf.math.neg(tf.dtypes.cast(offset, TFloat32.class));
    Operand<TFloat32> scaled =
        tf.image.scaleAndTranslate(
            tf.reshape(image, tf.stack(List.of(one, from, one, row))),
            tf.constant(new int[] {side, 1}),
            tf.stack(List.of(scale, tf.constant(1f))),
            tf.stack(List.of(shift, tf.constant(0f))),
            ScaleAndTranslate.kernelType(kernel()),
            ScaleAndTranslate.antialias(antialias));
    return tf.reshape(scaled, tf.stack(List.of(tf.constant(side), across, tf.constant(3))));
  }

  /** Clips and rounds half up; the cast cuts off what follows the point. */
  static Operand<TUint8> round(Ops tf, Operand<TFloat32> pixels) {
    Operand<TFloat32> clipped = tf.clipByValue(pixels, tf.constant(0f), tf.constant(255f));
    return tf.dtypes.cast(tf.math.add(clipped, tf.constant(0.5f)), TUint8.class);
  }

  /** Reverses the columns, which come first here, or nothing: the list of axes is [0] or empty. */
  private static Operand<TFloat32> mirror(
      Ops tf, Operand<TFloat32> image, Operand<TBool> mirrored) {
    Operand<TInt32> zero = tf.constant(new int[] {0});
    Operand<TInt32> axes = tf.expandDims(tf.dtypes.cast(mirrored, TInt32.class), tf.constant(0));
    return tf.reverse(image, tf.slice(zero, zero, axes));
  }

  private static <T extends TNumber> Operand<T> swapSides(Ops tf, Operand<T> image) {
    return tf.linalg.transpose(image, tf.constant(new int[] {1, 0, 2}));
  }

  private static Operand<TInt32> at(Ops tf, Operand<TInt32> vector, int index) {
    return tf.stridedSlice(vector, Indices.at(index));
  }

  private String kernel() {
    return switch (interpolation) {
      case BILINEAR -> "triangle";
      case BICUBIC -> "keyscubic";
    };
  }
}
