package org.fdistill.data.augment;

import java.util.List;
import org.fdistill.proto.MixupConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.random.StatelessRandomGetKeyCounter;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * timm's Mixup in batch mode: mixup blends a batch with itself in reverse order, cutmix puts one
 * rectangle of the reversed batch into it; the labels are blended in the same proportion. Letters:
 * B batch, S side, K classes.
 *
 * <p>The pipeline draws for every example ({@link #draw}), since the gamma distribution is nothing
 * that XLA has; a batch is mixed on the device ({@link #mixImages}, {@link #mixTargets}) by the
 * draw of its first example. A batch of one is mixed with itself, which leaves it as it is.
 *
 * @param mixupAlpha of the beta distribution of an image's own share; 0: no mixup
 * @param cutmixAlpha of that of the share outside of the rectangle, before it is clipped; 0: no
 *     cutmix
 * @param probability that a batch is mixed
 * @param switchProbability that it is by cutmix, where both are on
 */
public record Mixup(
    double mixupAlpha, double cutmixAlpha, double probability, double switchProbability) {
  /** Of {@link #draw}: a pixel's own share outside the rectangle, a label's, four sides. */
  public static final Shape SHAPE = Shape.of(6);

  private static final int PHILOX = 1;

  /** As configured. */
  public static Mixup of(MixupConfig config) {
    return new Mixup(
        Decimals.of(config.getMixupAlpha()),
        Decimals.of(config.getCutmixAlpha()),
        Decimals.of(config.getProbability()),
        Decimals.of(config.getSwitchProbability()));
  }

  /**
   * How a batch is mixed [6]: outside of a rectangle a pixel keeps the first number's share, inside
   * nothing; a label keeps the second number's; then the rectangle's top, left, bottom, right.
   *
   * @param seed [2]
   * @param side S
   */
  public Operand<TFloat32> draw(Ops tf, Operand<TInt64> seed, int side) {
    Uniform uniform = new Uniform(tf, seed, 4);
    Operand<TBool> mixed = uniform.chance(mixupAlpha > 0 || cutmixAlpha > 0 ? probability : 0);
    Operand<TBool> cut = uniform.chance(cutShare());
    Operand<TFloat64> alpha =
        tf.select(cut, tf.constant(positive(cutmixAlpha)), tf.constant(positive(mixupAlpha)));
    Operand<TFloat64> share = beta(tf, Uniform.next(tf, seed), alpha);
    Operand<TInt32> row = uniform.below(tf.constant(side));
    Operand<TInt32> column = uniform.below(tf.constant(side));
    return tf.select(
        mixed,
        tf.select(cut, cutmix(tf, share, row, column, side), mixup(tf, share)),
        mixup(tf, tf.constant(1.0)));
  }

  private double cutShare() {
    return mixupAlpha == 0 ? 1 : cutmixAlpha == 0 ? 0 : switchProbability;
  }

  /** An alpha that is not used may be zero, which the gamma distribution does not take. */
  private static double positive(double alpha) {
    return alpha > 0 ? alpha : 1;
  }

  /** From the beta distribution of twice the same parameter, which two gammas make. */
  private static Operand<TFloat64> beta(Ops tf, Operand<TInt64> seed, Operand<TFloat64> alpha) {
    StatelessRandomGetKeyCounter key = tf.random.statelessRandomGetKeyCounter(seed);
    Operand<TFloat64> gammas =
        tf.random.statelessRandomGamma(
            tf.constant(new int[] {2}), key.key(), key.counter(), tf.constant(PHILOX), alpha);
    Operand<TFloat64> first = tf.gather(gammas, tf.constant(0), tf.constant(0));
    return tf.math.div(first, tf.reduceSum(gammas, tf.constant(0)));
  }

  static Operand<TFloat32> mixup(Ops tf, Operand<TFloat64> share) {
    Operand<TFloat32> own = tf.dtypes.cast(share, TFloat32.class);
    Operand<TFloat32> none = tf.constant(0f);
    return tf.stack(List.of(own, own, none, none, none, none));
  }

  /** The rectangle about a pixel, clipped, and what is left of the image beside it. */
  static Operand<TFloat32> cutmix(
      Ops tf, Operand<TFloat64> share, Operand<TInt32> row, Operand<TInt32> column, int side) {
    Operand<TFloat64> cut = tf.math.sqrt(tf.math.sub(tf.constant(1.0), share));
    Operand<TInt32> length =
        tf.dtypes.cast(tf.math.mul(cut, tf.constant((double) side)), TInt32.class);
    Operand<TFloat32> box =
        tf.dtypes.cast(Boxes.around(tf, row, column, length, side), TFloat32.class); // [4]
    Operand<TFloat32> sides =
        tf.math.sub(
            tf.stridedSlice(box, Indices.sliceFrom(2)), tf.stridedSlice(box, Indices.sliceTo(2)));
    Operand<TFloat32> area = tf.prod(sides, tf.constant(0));
    Operand<TFloat32> kept =
        tf.math.sub(tf.constant(1f), tf.math.div(area, tf.constant((float) side * side)));
    return tf.concat(List.of(tf.stack(List.of(tf.constant(1f), kept)), box), tf.constant(0));
  }

  /**
   * Mixes images.
   *
   * @param images [B, S, S, 3], normalised or not, of static shape
   * @param draws of {@link #draw} [B, 6]
   */
  public static Operand<TFloat32> mixImages(
      Ops tf, Operand<TFloat32> images, Operand<TFloat32> draws) {
    Operand<TFloat32> draw = tf.stridedSlice(draws, Indices.sliceTo(1)); // [1, 6]
    Operand<TInt32> box =
        tf.dtypes.cast(tf.stridedSlice(draw, Indices.all(), Indices.sliceFrom(2)), TInt32.class);
    Operand<TBool> inside = Boxes.cover(tf, box, (int) images.shape().get(1)); // [1, S, S, 1]
    Operand<TFloat32> own = tf.select(inside, tf.constant(0f), share(tf, draws, 0));
    return blend(tf, images, own);
  }

  /**
   * Mixes targets.
   *
   * @param targets probabilities [B, K]
   * @param draws of {@link #draw} [B, 6]
   */
  public static Operand<TFloat32> mixTargets(
      Ops tf, Operand<TFloat32> targets, Operand<TFloat32> draws) {
    return blend(tf, targets, share(tf, draws, 1));
  }

  private static Operand<TFloat32> share(Ops tf, Operand<TFloat32> draws, int index) {
    return tf.stridedSlice(draws, Indices.at(0), Indices.at(index));
  }

  private static Operand<TFloat32> blend(Ops tf, Operand<TFloat32> batch, Operand<TFloat32> own) {
    Operand<TFloat32> reversed = tf.reverse(batch, tf.constant(new int[] {0}));
    Operand<TFloat32> other = tf.math.sub(tf.constant(1f), own);
    return tf.math.add(tf.math.mul(batch, own), tf.math.mul(reversed, other));
  }
}
