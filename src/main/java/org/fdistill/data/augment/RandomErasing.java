package org.fdistill.data.augment;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.BatchShare;
import org.fdistill.proto.RandomErasingConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * timm's RandomErasing in mode pixel: rectangles of an image are replaced by standard normal noise.
 * Since that belongs to normalised images, the pipeline draws the rectangles ({@link #boxes}) and
 * the device erases ({@link #erase}).
 *
 * @param probability that an image has any
 * @param minArea smallest share of the image's area that all of its rectangles have together
 * @param maxArea largest share
 * @param minAspect least height over width, the greatest is its inverse
 * @param maxCount most rectangles, C
 */
public record RandomErasing(
    double probability, double minArea, double maxArea, double minAspect, int maxCount) {
  private static final int TRIES = 10;
  private static final int SIDES = 4;

  /** As configured. */
  public static RandomErasing of(RandomErasingConfig config) {
    return new RandomErasing(
        Decimals.of(config.getProbability()),
        Decimals.of(config.getMinArea()),
        Decimals.of(config.getMaxArea()),
        Decimals.of(config.getMinAspect()),
        config.getMaxCount());
  }

  /** Of {@link #boxes}: [C, 4]. */
  public Shape boxesShape() {
    return Shape.of(maxCount, SIDES);
  }

  /**
   * The rectangles of one image: top, left, bottom and right, the last two not in it [C, 4]. Those
   * that are not used are empty.
   *
   * @param seed [2]
   * @param side S
   */
  public Operand<TInt32> boxes(Ops tf, Operand<TInt64> seed, int side) {
    Uniform uniform = new Uniform(tf, seed, 2 + maxCount * (2 * TRIES + 2));
    Operand<TBool> erased = uniform.chance(probability);
    Operand<TInt32> count = tf.math.add(uniform.below(tf.constant(maxCount)), tf.constant(1));
    List<Operand<TInt32>> boxes = new ArrayList<>();
    for (int i = 0; i < maxCount; i++) {
      Operand<TBool> used = tf.math.logicalAnd(erased, tf.math.less(tf.constant(i), count));
      Operand<TInt32> box = box(tf, uniform, count, side);
      boxes.add(tf.select(used, box, tf.zerosLike(box)));
    }
    return tf.stack(boxes);
  }

  /** The first of ten that is smaller than the image; empty where none is [4]. */
  private Operand<TInt32> box(Ops tf, Uniform uniform, Operand<TInt32> count, int side) {
    Operand<TFloat64> share =
        tf.math.div(
            uniform.between(TRIES, minArea, maxArea), tf.dtypes.cast(count, TFloat64.class));
    Operand<TFloat64> area = tf.math.mul(share, tf.constant((double) side * side));
    double bound = Math.log(minAspect);
    Operand<TFloat64> aspect = tf.math.exp(uniform.between(TRIES, bound, -bound));
    Operand<TInt32> heights = rounded(tf, tf.math.sqrt(tf.math.mul(area, aspect)));
    Operand<TInt32> widths = rounded(tf, tf.math.sqrt(tf.math.div(area, aspect)));
    Operand<TInt32> limit = tf.constant(side);
    Operand<TBool> fits =
        tf.math.logicalAnd(tf.math.less(heights, limit), tf.math.less(widths, limit));
    Operand<TInt32> first = RandomResizedCrop.firstTrue(tf, fits, TRIES);
    Operand<TInt32> extent = tf.stack(List.of(heights, widths)); // [2, 10]
    Operand<TInt32> none = tf.constant(new int[][] {{0}, {0}});
    Operand<TInt32> chosen =
        tf.gather(tf.concat(List.of(extent, none), tf.constant(1)), first, tf.constant(1)); // [2]
    Operand<TInt32> places = tf.math.add(tf.math.sub(limit, chosen), tf.constant(1));
    Operand<TInt32> start = uniform.below(places, uniform.next(2));
    return tf.concat(List.of(start, tf.math.add(start, chosen)), tf.constant(0));
  }

  private static Operand<TInt32> rounded(Ops tf, Operand<TFloat64> numbers) {
    return tf.dtypes.cast(tf.math.rint(numbers), TInt32.class);
  }

  /**
   * Replaces the rectangles of a batch by noise.
   *
   * @param images normalised [B, S, S, 3], of static shape
   * @param boxes of {@link #boxes} [B, C, 4]
   * @param seed of the noise, new in each step [2]
   * @param share of the batch that these images are
   */
  public static Operand<TFloat32> erase(
      Ops tf,
      Operand<TFloat32> images,
      Operand<TInt32> boxes,
      Operand<TInt32> seed,
      BatchShare share) {
    Operand<TFloat32> noise = BatchNoise.normal(tf, images.shape(), seed, share);
    int side = (int) images.shape().get(1);
    Operand<TBool> inside = null;
    for (int i = 0; i < boxes.shape().get(1); i++) {
      Operand<TInt32> box = tf.stridedSlice(boxes, Indices.all(), Indices.at(i)); // [B, 4]
      Operand<TBool> inThis = Boxes.cover(tf, box, side);
      inside = inside == null ? inThis : tf.math.logicalOr(inside, inThis);
    }
    return tf.select(inside, noise, images);
  }
}
