package org.fdistill.data.augment;

import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.proto.AugmentConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * torchvision's RandomResizedCrop and RandomHorizontalFlip: a box with a uniform share of the area
 * and a log-uniform ratio of the sides, the first of ten tries that fits, else the largest centred
 * box within the ratios.
 *
 * @param minScale smallest share of the image's area
 * @param maxScale largest share
 * @param minRatio smallest width over height
 * @param maxRatio largest width over height
 * @param flipProbability of mirroring left and right
 * @param side S: the box is scaled to S by S pixels
 */
public record RandomResizedCrop(
    double minScale,
    double maxScale,
    double minRatio,
    double maxRatio,
    double flipProbability,
    int side)
    implements Framing {
  private static final int TRIES = 10;
  private static final int DRAWS = 2 * TRIES + 3;

  /** Checks the ranges. */
  public RandomResizedCrop {
    if (!(0 < minScale && minScale <= maxScale && maxScale <= 1)) {
      throw UserError.usage(
          "augment: min_scale and max_scale are %s and %s, expected 0 < min_scale <= max_scale <= 1."
              .formatted(minScale, maxScale));
    }
    if (!(0 < minRatio && minRatio <= maxRatio)) {
      throw UserError.usage(
          "augment: min_ratio and max_ratio are %s and %s, expected 0 < min_ratio <= max_ratio."
              .formatted(minRatio, maxRatio));
    }
    if (!(0 <= flipProbability && flipProbability <= 1)) {
      throw UserError.usage(
          "augment: flip_probability is %s, expected 0 to 1.".formatted(flipProbability));
    }
  }

  /**
   * As configured.
   *
   * @param side S
   */
  public static RandomResizedCrop of(AugmentConfig config, int side) {
    return new RandomResizedCrop(
        Decimals.of(config.getMinScale()),
        Decimals.of(config.getMaxScale()),
        Decimals.of(config.getMinRatio()),
        Decimals.of(config.getMaxRatio()),
        Decimals.of(config.getFlipProbability()),
        side);
  }

  /**
   * The uniform numbers that decide one view [23].
   *
   * @param seed [2]
   */
  Operand<TFloat64> draws(Ops tf, Operand<TInt64> seed) {
    return tf.random.statelessRandomUniform(tf.constant(new int[] {DRAWS}), seed, TFloat64.class);
  }

  /** Whether this view is mirrored; scalar. */
  Operand<TBool> flip(Ops tf, Operand<TFloat64> draws) {
    return tf.math.less(at(tf, draws, DRAWS - 1), tf.constant(flipProbability));
  }

  @Override
  public Geometry of(Ops tf, Operand<TInt32> size, Operand<TInt64> seed) {
    Operand<TFloat64> draws = draws(tf, seed);
    return new Geometry(
        Optional.of(box(tf, size, draws)),
        tf.constant(new int[] {side, side}),
        tf.constant(new int[] {0, 0}),
        flip(tf, draws));
  }

  /**
   * The box of one view.
   *
   * @param size of the image: height, width [2 or more]
   * @param draws uniform numbers from 0 to 1 [23]
   */
  Box box(Ops tf, Operand<TInt32> size, Operand<TFloat64> draws) {
    Operand<TFloat64> height = tf.dtypes.cast(at(tf, size, 0), TFloat64.class);
    Operand<TFloat64> width = tf.dtypes.cast(at(tf, size, 1), TFloat64.class);
    Operand<TFloat64> area = uniform(tf, draws, 0, minScale, maxScale);
    area = tf.math.mul(area, tf.math.mul(height, width));
    Operand<TFloat64> ratio =
        tf.math.exp(uniform(tf, draws, TRIES, Math.log(minRatio), Math.log(maxRatio)));
    Operand<TFloat64> widths = tf.math.rint(tf.math.sqrt(tf.math.mul(area, ratio)));
    Operand<TFloat64> heights = tf.math.rint(tf.math.sqrt(tf.math.div(area, ratio)));
    Operand<TBool> fits =
        tf.math.logicalAnd(fits(tf, widths, width), fits(tf, heights, height)); // [10]
    Operand<TInt32> first = firstTrue(tf, fits, TRIES);
    Operand<TBool> any = tf.math.less(first, tf.constant(TRIES));
    Operand<TInt32> last = tf.math.minimum(first, tf.constant(TRIES - 1));
    Operand<TInt32> zero = tf.constant(0);
    Operand<TFloat64> h =
        tf.select(any, tf.gather(heights, last, zero), fallbackHeight(tf, height, width));
    Operand<TFloat64> w =
        tf.select(any, tf.gather(widths, last, zero), fallbackWidth(tf, height, width));
    return new Box(
        start(tf, any, height, h, at(tf, draws, 2 * TRIES)),
        start(tf, any, width, w, at(tf, draws, 2 * TRIES + 1)),
        tf.dtypes.cast(h, TInt32.class),
        tf.dtypes.cast(w, TInt32.class));
  }

  private static Operand<TFloat64> uniform(
      Ops tf, Operand<TFloat64> draws, int from, double low, double high) {
    Operand<TFloat64> u = tf.stridedSlice(draws, Indices.slice(from, from + TRIES));
    return tf.math.add(tf.constant(low), tf.math.mul(u, tf.constant(high - low)));
  }

  private static Operand<TBool> fits(Ops tf, Operand<TFloat64> side, Operand<TFloat64> limit) {
    return tf.math.logicalAnd(
        tf.math.greater(side, tf.constant(0.0)), tf.math.lessEqual(side, limit));
  }

  /** Index of the first true element of some; their count where there is none. */
  static Operand<TInt32> firstTrue(Ops tf, Operand<TBool> flags, int count) {
    Operand<TInt32> numbers = tf.range(tf.constant(0), tf.constant(count), tf.constant(1));
    return tf.min(
        tf.select(flags, numbers, tf.fill(tf.shape(flags), tf.constant(count))), tf.constant(0));
  }

  private Operand<TFloat64> fallbackHeight(
      Ops tf, Operand<TFloat64> height, Operand<TFloat64> width) {
    return tf.math.minimum(
        height,
        tf.math.maximum(tf.constant(1.0), tf.math.rint(tf.math.div(width, tf.constant(minRatio)))));
  }

  private Operand<TFloat64> fallbackWidth(
      Ops tf, Operand<TFloat64> height, Operand<TFloat64> width) {
    return tf.math.minimum(
        width,
        tf.math.maximum(
            tf.constant(1.0), tf.math.rint(tf.math.mul(height, tf.constant(maxRatio)))));
  }

  /** Uniform among all places of a box that was drawn; the centre for the fallback. */
  private static Operand<TInt32> start(
      Ops tf,
      Operand<TBool> drawn,
      Operand<TFloat64> side,
      Operand<TFloat64> part,
      Operand<TFloat64> draw) {
    Operand<TFloat64> free = tf.math.sub(side, part);
    Operand<TFloat64> random =
        tf.math.floor(tf.math.mul(draw, tf.math.add(free, tf.constant(1.0))));
    Operand<TFloat64> centre = tf.math.floor(tf.math.div(free, tf.constant(2.0)));
    return tf.dtypes.cast(tf.math.minimum(free, tf.select(drawn, random, centre)), TInt32.class);
  }

  private static <T extends TType> Operand<T> at(Ops tf, Operand<T> vector, int index) {
    return tf.stridedSlice(vector, Indices.at(index));
  }
}
