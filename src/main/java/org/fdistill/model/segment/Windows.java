package org.fdistill.model.segment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.image.ResizeBilinear;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * How the windows of one side of an image lie, and how their logits become those of the side.
 * Letters: S side of a window in pixels, G in places of the logits, L the image's side, n windows.
 *
 * <p>Enlarging the logits of a window, averaging windows where they overlap and bringing the result
 * to another size are linear, and the same for all columns: one matrix does all of it.
 *
 * @param starts first pixel of each window [n], ascending
 * @param length L, scalar
 */
record Windows(Operand<TInt32> starts, Operand<TInt32> length) {
  /**
   * Windows from the first pixel on; the last one is moved back so that it ends with the side.
   *
   * @param length L, scalar; a side that is shorter than a window has one
   * @param window S
   * @param stride from one to the next
   */
  static Windows of(Ops tf, Operand<TInt32> length, int window, int stride) {
    Operand<TInt32> rest =
        tf.math.maximum(tf.math.sub(length, tf.constant(window)), tf.constant(0));
    Operand<TInt32> further =
        tf.math.floorDiv(tf.math.add(rest, tf.constant(stride - 1)), tf.constant(stride));
    Operand<TInt32> numbers =
        tf.range(tf.constant(0), tf.math.add(further, tf.constant(1)), tf.constant(1));
    return new Windows(tf.math.minimum(tf.math.mul(numbers, tf.constant(stride)), rest), length);
  }

  /** n, scalar. */
  Operand<TInt32> count(Ops tf) {
    return tf.size(starts);
  }

  /** The pixels of all windows, one after the other: [n S]. */
  Operand<TInt32> pixels(Ops tf, int window) {
    Operand<TInt32> inside = tf.range(tf.constant(0), tf.constant(window), tf.constant(1));
    Operand<TInt32> all = tf.math.add(tf.expandDims(starts, tf.constant(1)), inside);
    return tf.reshape(all, tf.constant(new int[] {-1}));
  }

  /**
   * The matrix from the logits of all windows to those of the side at another length.
   *
   * @param window S
   * @param grid G
   * @param target the other length, scalar
   * @return [target, n G]
   */
  Operand<TFloat32> matrix(Ops tf, int window, int grid, Operand<TInt32> target) {
    Operand<TInt32> one = tf.constant(1);
    Operand<TInt32> pixel = tf.expandDims(tf.range(tf.constant(0), length, one), one); // [L, 1]
    Operand<TInt32> place = tf.math.sub(pixel, starts); // [L, n]: of a pixel in a window
    Operand<TBool> covered =
        tf.math.logicalAnd(
            tf.math.greaterEqual(place, tf.constant(0)), tf.math.less(place, tf.constant(window)));
    Operand<TFloat32> share = tf.dtypes.cast(covered, TFloat32.class);
    Operand<TFloat32> windows = tf.sum(share, one, Sum.keepDims(true));
    Operand<TFloat32> weights = tf.expandDims(tf.math.div(share, windows), tf.constant(2));
    Operand<TFloat32> rows = enlarging(tf, place, window, grid);
    Operand<TFloat32> averaging = tf.math.mul(rows, weights); // [L, n, G]
    Operand<TInt32> columns = tf.math.mul(count(tf), tf.constant(grid));
    Operand<TFloat32> asImage = tf.reshape(averaging, tf.stack(List.of(one, length, columns, one)));
    Operand<TFloat32> resized =
        tf.image.resizeBilinear(
            asImage, tf.stack(List.of(target, columns)), ResizeBilinear.halfPixelCenters(true));
    return tf.reshape(resized, tf.stack(List.of(target, columns)));
  }

  /**
   * How much of each place of a window's logits is in a pixel, as resizing takes it between the
   * centres of pixels. By formula, as OpenVINO cannot resize what it knows when it reads a model.
   *
   * @param pixel of a window; one beside it counts as the nearest in it [L, n]
   * @return [L, n, G]
   */
  private static Operand<TFloat32> enlarging(Ops tf, Operand<TInt32> pixel, int window, int grid) {
    Operand<TFloat32> half = tf.constant(0.5f);
    Operand<TFloat32> scale = tf.constant((float) grid / window);
    Operand<TFloat32> centre = tf.math.add(tf.dtypes.cast(pixel, TFloat32.class), half);
    Operand<TFloat32> unlimited = tf.math.sub(tf.math.mul(centre, scale), half);
    Operand<TFloat32> at =
        tf.math.minimum(
            tf.math.maximum(unlimited, tf.constant(0f)), tf.constant((float) (grid - 1)));
    Operand<TFloat32> places =
        tf.range(tf.constant(0f), tf.constant((float) grid), tf.constant(1f));
    Operand<TFloat32> distance =
        tf.math.abs(tf.math.sub(tf.expandDims(at, tf.constant(2)), places));
    return tf.math.maximum(tf.math.sub(tf.constant(1f), distance), tf.constant(0f));
  }
}
