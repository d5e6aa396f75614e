package org.fdistill.data.augment;

import org.fdistill.proto.DataConfig;
import org.fdistill.proto.SegmentAugmentConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/**
 * The size that mmcv resizes to within a long and a short side: as large as the image fits, its
 * sides in proportion.
 *
 * @param longSide limit of the longer side
 * @param shortSide limit of the shorter side
 * @param minRatio in training both limits are multiplied by a ratio; the least
 * @param maxRatio the greatest
 */
public record SegmentResize(int longSide, int shortSide, double minRatio, double maxRatio) {
  /** As configured. */
  public static SegmentResize of(DataConfig data) {
    SegmentAugmentConfig config = data.getSegmentAugment();
    return new SegmentResize(
        config.getLongSide(),
        config.getShortSide(),
        Decimals.of(config.getMinRatio()),
        Decimals.of(config.getMaxRatio()));
  }

  /**
   * A random size.
   *
   * @param size of the image: height, width [2]
   * @param number from 0 to 1, scalar
   * @return height, width [2]
   */
  Operand<TInt32> size(Ops tf, Operand<TInt32> size, Operand<TFloat64> number) {
    Operand<TFloat64> range = tf.math.mul(number, tf.constant(maxRatio - minRatio));
    return within(tf, size, tf.math.add(range, tf.constant(minRatio)));
  }

  /** The limits are whole numbers, cut off; the size is rounded half up, and 1 at least. */
  private Operand<TInt32> within(Ops tf, Operand<TInt32> size, Operand<TFloat64> ratio) {
    Operand<TFloat64> sides = tf.dtypes.cast(size, TFloat64.class);
    Operand<TFloat64> longest = limit(tf, Math.max(longSide, shortSide), ratio);
    Operand<TFloat64> shortest = limit(tf, Math.min(longSide, shortSide), ratio);
    Operand<TFloat64> factor =
        tf.math.minimum(
            tf.math.div(longest, tf.max(sides, tf.constant(0))),
            tf.math.div(shortest, tf.min(sides, tf.constant(0))));
    Operand<TFloat64> rounded =
        tf.math.floor(tf.math.add(tf.math.mul(sides, factor), tf.constant(0.5)));
    return tf.dtypes.cast(tf.math.maximum(rounded, tf.constant(1.0)), TInt32.class);
  }

  private static Operand<TFloat64> limit(Ops tf, int side, Operand<TFloat64> ratio) {
    return tf.math.floor(tf.math.mul(ratio, tf.constant((double) side)));
  }
}
