package org.fdistill.data.augment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.fdistill.proto.BlurConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * PIL's GaussianBlur, exact to the bit: three box filters along the rows and three along the
 * columns, each rounded. A box reaches r pixels to either side with weight w, and one pixel more
 * with a smaller one; weights are whole numbers of 2^-24, and beyond an edge its pixel is repeated.
 *
 * @param probability that an image is blurred
 * @param minSigma in pixels; sigma is drawn uniformly
 * @param maxSigma in pixels
 */
public record GaussianBlur(double probability, double minSigma, double maxSigma)
    implements ImageAugmentation {
  private static final int PASSES = 3;
  private static final double ONE = 1 << 24;

  /** As configured. */
  public static GaussianBlur of(BlurConfig config) {
    return new GaussianBlur(config.getProbability(), config.getMinSigma(), config.getMaxSigma());
  }

  @Override
  public Operand<TUint8> apply(Ops tf, Operand<TUint8> image, Operand<TInt64> seed) {
    Uniform uniform = new Uniform(tf, seed, 2);
    Operand<TBool> blurred = uniform.chance(probability);
    Operand<TFloat64> sigma = uniform.between(minSigma, maxSigma);
    return Branches.onlyIf(
        tf,
        "gaussian_blur",
        blurred,
        List.of(image, tf.dtypes.cast(sigma, TFloat32.class)),
        (ops, in) ->
            List.of(
                blurred(
                    ops,
                    in.get(0).asOutput().expect(TUint8.class),
                    in.get(1).asOutput().expect(TFloat32.class))));
  }

  /**
   * Blurs.
   *
   * @param image [H, W, 3]
   * @param sigma scalar, at most {@link #maxSigma}
   */
  Operand<TUint8> blurred(Ops tf, Operand<TUint8> image, Operand<TFloat32> sigma) {
    List<Operand<TFloat64>> weights = weights(tf, radius(tf, sigma));
    Operand<TFloat64> pixels = tf.dtypes.cast(image, TFloat64.class);
    for (int axis : new int[] {1, 0}) {
      for (int pass = 0; pass < PASSES; pass++) {
        pixels = filtered(tf, pixels, weights, axis);
      }
    }
    return tf.dtypes.cast(pixels, TUint8.class);
  }

  /** How far one box reaches, in float32 as PIL computes it. */
  private static Operand<TFloat32> radius(Ops tf, Operand<TFloat32> sigma) {
    Operand<TFloat32> variance =
        tf.math.div(tf.math.mul(sigma, sigma), tf.constant((float) PASSES));
    Operand<TFloat64> twelve =
        tf.math.mul(tf.constant(12.0), tf.dtypes.cast(variance, TFloat64.class));
    Operand<TFloat32> length =
        tf.dtypes.cast(tf.math.sqrt(tf.math.add(twelve, tf.constant(1.0))), TFloat32.class);
    Operand<TFloat32> whole =
        tf.math.floor(tf.math.mul(tf.math.sub(length, tf.constant(1f)), tf.constant(0.5f)));
    Operand<TFloat32> next = tf.math.add(whole, tf.constant(1f));
    Operand<TFloat32> width = tf.math.add(tf.math.mul(whole, tf.constant(2f)), tf.constant(1f));
    Operand<TFloat32> above =
        tf.math.mul(
            width, tf.math.sub(tf.math.mul(whole, next), tf.math.mul(variance, tf.constant(3f))));
    Operand<TFloat32> below =
        tf.math.mul(tf.math.sub(variance, tf.math.mul(next, next)), tf.constant(6f));
    return tf.math.add(whole, tf.math.div(above, below));
  }

  /** Of the pixels 0, 1, 2, ... away on either side, in units of 2^-24; scalars. */
  private List<Operand<TFloat64>> weights(Ops tf, Operand<TFloat32> radius) {
    Operand<TFloat64> whole = tf.math.floor(tf.dtypes.cast(radius, TFloat64.class));
    Operand<TFloat32> length = tf.math.add(tf.math.mul(radius, tf.constant(2f)), tf.constant(1f));
    Operand<TFloat32> share = tf.math.div(tf.constant((float) ONE), length);
    Operand<TFloat64> inner = tf.dtypes.cast(tf.math.floor(share), TFloat64.class);
    Operand<TFloat64> inside =
        tf.math.mul(tf.math.add(tf.math.mul(whole, tf.constant(2.0)), tf.constant(1.0)), inner);
    Operand<TFloat64> outer =
        tf.math.floor(tf.math.mul(tf.math.sub(tf.constant(ONE), inside), tf.constant(0.5)));
    List<Operand<TFloat64>> weights = new ArrayList<>();
    for (int distance = 0; distance <= reach(); distance++) {
      Operand<TFloat64> away = tf.constant((double) distance);
      Operand<TFloat64> beyond = tf.math.sub(away, whole);
      weights.add(
          tf.select(
              tf.math.lessEqual(beyond, tf.constant(0.0)),
              inner,
              tf.select(tf.math.equal(beyond, tf.constant(1.0)), outer, tf.constant(0.0))));
    }
    return weights;
  }

  /** The farthest pixel that the widest box may touch. */
  private int reach() {
    double length = Math.sqrt(12 * maxSigma * maxSigma / PASSES + 1);
    return (int) Math.floor((length - 1) / 2) + 2;
  }

  /** One box along an axis: exact in float64, for no sum is above 2^33. */
  private static Operand<TFloat64> filtered(
      Ops tf, Operand<TFloat64> pixels, List<Operand<TFloat64>> weights, int axis) {
    int reach = weights.size() - 1;
    long side = pixels.shape().get(axis);
    Operand<TFloat64> wide = widened(tf, pixels, reach, axis);
    Operand<TFloat64> sum = tf.math.mul(pixels, weights.get(0));
    for (int distance = 1; distance <= reach; distance++) {
      Operand<TFloat64> pair =
          tf.math.add(
              part(tf, wide, axis, reach - distance, side),
              part(tf, wide, axis, reach + distance, side));
      sum = tf.math.add(sum, tf.math.mul(pair, weights.get(distance)));
    }
    Operand<TFloat64> rounded = tf.math.add(sum, tf.constant(ONE / 2));
    return tf.math.floor(tf.math.mul(rounded, tf.constant(1 / ONE)));
  }

  /** With its first and its last pixels repeated. */
  private static Operand<TFloat64> widened(Ops tf, Operand<TFloat64> pixels, int reach, int axis) {
    long side = pixels.shape().get(axis);
    List<Operand<TFloat64>> parts =
        new ArrayList<>(Collections.nCopies(reach, part(tf, pixels, axis, 0, 1)));
    parts.add(pixels);
    parts.addAll(Collections.nCopies(reach, part(tf, pixels, axis, side - 1, 1)));
    return tf.concat(parts, tf.constant(axis));
  }

  private static Operand<TFloat64> part(
      Ops tf, Operand<TFloat64> pixels, int axis, long from, long length) {
    long to = from + length;
    return axis == 0
        ? tf.stridedSlice(pixels, Indices.slice(from, to))
        : tf.stridedSlice(pixels, Indices.all(), Indices.slice(from, to));
  }
}
