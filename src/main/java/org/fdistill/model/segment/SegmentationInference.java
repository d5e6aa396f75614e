package org.fdistill.model.segment;

import java.util.List;
import java.util.function.UnaryOperator;
import org.fdistill.graph.PixelNormalization;
import org.fdistill.proto.SegmentInference;
import org.fdistill.proto.SegmentInference.Mode;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.image.ResizeBilinear;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Brings images of any size to a network of one size, and its logits back to the images. Sliding,
 * an image is scaled as in evaluation and cut into windows, all of which go through the network as
 * one batch; their logits are averaged where windows overlap, and resized to the image, as
 * mmsegmentation does it. Whole, the image is scaled into one window. What of a window lies outside
 * of the image has the mean colour. Letters: B batch, H and W the images' sides, S that of a
 * window, G that of its logits, K classes.
 *
 * @param config how
 * @param side S
 * @param normalization whose mean surrounds the image
 */
public record SegmentationInference(
    SegmentInference config, int side, PixelNormalization normalization) {
  private static final int CHANNELS = 3;
  private static final float WHITE = 255;

  /** Two thirds, which is the 341 of 512. */
  private static final double USUAL_STRIDE = 2 / 3.0;

  /**
   * The logits of each pixel.
   *
   * @param images [B, H, W, 3], 0 to 255; no size need be known
   * @param network from windows [N, S, S, 3] to logits [N, G, G, K]
   * @return [B, H, W, K]
   */
  public Operand<TFloat32> logits(
      Ops tf, Operand<TFloat32> images, UnaryOperator<Operand<TFloat32>> network) {
    Operand<TInt32> sides = sides(tf, images);
    Operand<TFloat32> scaled = scaled(tf, images, sides);
    Operand<TInt32> shown = sides(tf, scaled);
    Windows down = Windows.of(tf, at(tf, shown, 0), side, stride());
    Windows across = Windows.of(tf, at(tf, shown, 1), side, stride());
    Operand<TFloat32> logits = network.apply(windows(tf, padded(tf, scaled, shown), down, across));
    int grid = (int) logits.shape().get(1);
    return joined(
        tf,
        logits,
        down.matrix(tf, side, grid, at(tf, sides, 0)),
        across.matrix(tf, side, grid, at(tf, sides, 1)));
  }

  /** From one window to the next, in pixels. */
  int stride() {
    return config.getStride() > 0 ? config.getStride() : Math.max(1, (int) (side * USUAL_STRIDE));
  }

  private Operand<TFloat32> scaled(Ops tf, Operand<TFloat32> images, Operand<TInt32> sides) {
    if (config.getMode() == Mode.SLIDE && config.getShorterSide() == 0) {
      return images;
    }
    Operand<TInt32> size = fitting(tf, sides);
    // Bytes again, as training has them; interpolation never leaves their range.
    return tf.math.floor(
        tf.math.add(
            tf.image.resizeBilinear(images, size, ResizeBilinear.halfPixelCenters(true)),
            tf.constant(0.5f)));
  }

  /**
   * The sides that an image is scaled to, rounded half up, 1 at least: in whole numbers, which need
   * no type that a converter lacks.
   */
  private Operand<TInt32> fitting(Ops tf, Operand<TInt32> sides) {
    Operand<TInt32> longer = tf.math.maximum(at(tf, sides, 0), at(tf, sides, 1));
    Operand<TInt32> shorter = tf.math.minimum(at(tf, sides, 0), at(tf, sides, 1));
    if (config.getMode() == Mode.WHOLE) {
      return scaled(tf, sides, tf.constant(side), longer);
    }
    Operand<TInt32> longest = tf.constant(config.getLongerSide());
    Operand<TInt32> shortest = tf.constant(config.getShorterSide());
    Operand<TBool> tooLong =
        tf.math.less(tf.math.mul(longest, shorter), tf.math.mul(shortest, longer));
    return scaled(
        tf, sides, tf.select(tooLong, longest, shortest), tf.select(tooLong, longer, shorter));
  }

  private static Operand<TInt32> scaled(
      Ops tf, Operand<TInt32> sides, Operand<TInt32> to, Operand<TInt32> from) {
    Operand<TInt32> two = tf.constant(2);
    Operand<TInt32> doubled = tf.math.mul(tf.math.mul(sides, to), two);
    Operand<TInt32> rounded = tf.math.floorDiv(tf.math.add(doubled, from), tf.math.mul(from, two));
    return tf.math.maximum(rounded, tf.constant(1));
  }

  /** At least S by S, with the mean colour below and to the right, which becomes 0. */
  private Operand<TFloat32> padded(Ops tf, Operand<TFloat32> images, Operand<TInt32> shown) {
    float[] mean = new float[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
      mean[c] = normalization.mean().get(c) * WHITE;
    }
    Operand<TInt32> missing =
        tf.math.maximum(tf.math.sub(tf.constant(side), shown), tf.constant(0));
    Operand<TInt32> none = tf.constant(new int[] {0});
    Operand<TInt32> after = tf.concat(List.of(none, missing, none), tf.constant(0));
    Operand<TInt32> paddings = tf.stack(List.of(tf.zerosLike(after), after), Stack.axis(1L));
    Operand<TFloat32> inside = tf.fill(tf.shape(images), tf.constant(1f));
    Operand<TFloat32> beside =
        tf.math.sub(tf.constant(1f), tf.pad(inside, paddings, tf.constant(0f)));
    return tf.math.add(
        tf.pad(images, paddings, tf.constant(0f)), tf.math.mul(beside, tf.constant(mean)));
  }

  /** [B n m, S, S, 3] of n windows down and m across. */
  private Operand<TFloat32> windows(
      Ops tf, Operand<TFloat32> images, Windows down, Windows across) {
    Operand<TFloat32> rows = tf.gather(images, down.pixels(tf, side), tf.constant(1));
    Operand<TFloat32> both = tf.gather(rows, across.pixels(tf, side), tf.constant(2));
    Operand<TInt32> s = tf.constant(side);
    Operand<TFloat32> apart =
        tf.reshape(
            both,
            tf.stack(
                List.of(
                    tf.constant(-1),
                    down.count(tf),
                    s,
                    across.count(tf),
                    s,
                    tf.constant(CHANNELS))));
    Operand<TFloat32> together =
        tf.linalg.transpose(apart, tf.constant(new int[] {0, 1, 3, 2, 4, 5}));
    return tf.reshape(together, tf.constant(new int[] {-1, side, side, CHANNELS}));
  }

  /**
   * The logits of the images from those of their windows.
   *
   * @param logits [B n m, G, G, K]
   * @param down [H, n G]
   * @param across [W, m G]
   */
  private static Operand<TFloat32> joined(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> down, Operand<TFloat32> across) {
    int grid = (int) logits.shape().get(1);
    int classes = (int) logits.shape().get(3);
    Operand<TInt32> height = at(tf, tf.shape(down), 0);
    Operand<TInt32> width = at(tf, tf.shape(across), 0);
    Operand<TInt32> rows = at(tf, tf.shape(down), 1);
    Operand<TInt32> columns = at(tf, tf.shape(across), 1);
    Operand<TInt32> g = tf.constant(grid);
    Operand<TInt32> k = tf.constant(classes);
    Operand<TInt32> any = tf.constant(-1);
    Operand<TFloat32> apart =
        tf.reshape(
            logits, tf.stack(List.of(any, tf.math.div(rows, g), tf.math.div(columns, g), g, g, k)));
    Operand<TFloat32> mosaic =
        tf.linalg.transpose(apart, tf.constant(new int[] {0, 1, 3, 2, 4, 5}));
    Operand<TFloat32> high =
        product(
            tf, down, tf.reshape(mosaic, tf.stack(List.of(any, rows, tf.math.mul(columns, k)))));
    Operand<TFloat32> whole =
        product(tf, across, tf.reshape(high, tf.stack(List.of(any, columns, k))));
    return tf.reshape(whole, tf.stack(List.of(any, height, width, k)));
  }

  /** One matrix [a, b] with each of a batch [N, b, c]. */
  private static Operand<TFloat32> product(
      Ops tf, Operand<TFloat32> matrix, Operand<TFloat32> batch) {
    return tf.train.batchMatMul(tf.expandDims(matrix, tf.constant(0)), batch, TFloat32.class);
  }

  /** Height and width [2]. */
  private static Operand<TInt32> sides(Ops tf, Operand<TFloat32> images) {
    return tf.stridedSlice(tf.shape(images), Indices.slice(1, 3));
  }

  private static Operand<TInt32> at(Ops tf, Operand<TInt32> vector, int index) {
    return tf.stridedSlice(vector, Indices.at(index));
  }
}
