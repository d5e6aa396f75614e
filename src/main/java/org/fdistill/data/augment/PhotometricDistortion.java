package org.fdistill.data.augment;

import java.util.List;
import org.fdistill.proto.PhotometricConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * mmsegmentation's PhotoMetricDistortion: brightness, contrast, saturation and hue, each in half of
 * all images and each rounded to uint8 by itself; contrast comes second in half of them and last in
 * the others.
 *
 * @param brightnessDelta added, from minus to plus this
 * @param minContrast least factor
 * @param maxContrast greatest
 * @param minSaturation least factor
 * @param maxSaturation greatest
 * @param hueDelta added in steps of two degrees, from minus this to below plus this
 */
public record PhotometricDistortion(
    double brightnessDelta,
    double minContrast,
    double maxContrast,
    double minSaturation,
    double maxSaturation,
    int hueDelta)
    implements ImageAugmentation {
  private static final int NUMBERS = 9;

  /** As configured. */
  public static PhotometricDistortion of(PhotometricConfig config) {
    return new PhotometricDistortion(
        Decimals.of(config.getBrightnessDelta()),
        Decimals.of(config.getMinContrast()),
        Decimals.of(config.getMaxContrast()),
        Decimals.of(config.getMinSaturation()),
        Decimals.of(config.getMaxSaturation()),
        config.getHueDelta());
  }

  /**
   * What is done to an image; all scalars.
   *
   * @param addend of brightness; 0: none
   * @param contrast factor; 1: none
   * @param contrastFirst whether contrast comes second rather than last
   * @param saturation factor; 1: left out
   * @param hue steps of two degrees; left out where {@code turned} is false
   * @param saturated whether saturation is changed
   * @param turned whether the hue is turned
   */
  record Change(
      Operand<TFloat32> addend,
      Operand<TFloat32> contrast,
      Operand<TBool> contrastFirst,
      Operand<TBool> saturated,
      Operand<TFloat32> saturation,
      Operand<TBool> turned,
      Operand<TInt32> hue) {}

  @Override
  public Operand<TUint8> apply(Ops tf, Operand<TUint8> image, Operand<TInt64> seed) {
    return distort(tf, image, draw(tf, new Uniform(tf, seed, NUMBERS)));
  }

  private Change draw(Ops tf, Uniform uniform) {
    Operand<TInt32> steps = uniform.below(tf.constant(Math.max(1, 2 * hueDelta)));
    return new Change(
        single(tf, or(tf, uniform, 0, uniform.between(-brightnessDelta, brightnessDelta))),
        single(tf, or(tf, uniform, 1, uniform.between(minContrast, maxContrast))),
        uniform.chance(0.5),
        uniform.chance(0.5),
        single(tf, uniform.between(minSaturation, maxSaturation)),
        uniform.chance(0.5),
        tf.math.sub(steps, tf.constant(hueDelta)));
  }

  /** A value in half of all cases, else one that changes nothing. */
  private static Operand<TFloat64> or(
      Ops tf, Uniform uniform, double nothing, Operand<TFloat64> value) {
    return tf.select(uniform.chance(0.5), value, tf.constant(nothing));
  }

  private static Operand<TFloat32> single(Ops tf, Operand<TFloat64> number) {
    return tf.dtypes.cast(number, TFloat32.class);
  }

  /** Changes an image [H, W, 3], of static shape. */
  static Operand<TUint8> distort(Ops tf, Operand<TUint8> image, Change change) {
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> first = tf.select(change.contrastFirst(), change.contrast(), one);
    Operand<TFloat32> last = tf.select(change.contrastFirst(), one, change.contrast());
    Operand<TFloat32> pixels = Pixels.floats(tf, image);
    Operand<TUint8> bright = Pixels.truncate(tf, tf.math.add(pixels, change.addend()));
    Operand<TUint8> contrasted = multiplied(tf, bright, first);
    Operand<TUint8> saturated =
        Branches.onlyIf(
            tf,
            "saturate",
            change.saturated(),
            List.of(contrasted, change.saturation()),
            (ops, in) ->
                List.of(
                    OpenCvHsv.saturate(
                        ops,
                        in.get(0).asOutput().expect(TUint8.class),
                        in.get(1).asOutput().expect(TFloat32.class))));
    Operand<TUint8> turned =
        Branches.onlyIf(
            tf,
            "turn_hue",
            change.turned(),
            List.of(saturated, change.hue()),
            (ops, in) ->
                List.of(
                    OpenCvHsv.turn(
                        ops,
                        in.get(0).asOutput().expect(TUint8.class),
                        in.get(1).asOutput().expect(TInt32.class))));
    return multiplied(tf, turned, last);
  }

  private static Operand<TUint8> multiplied(
      Ops tf, Operand<TUint8> image, Operand<TFloat32> factor) {
    return Pixels.truncate(tf, tf.math.mul(Pixels.floats(tf, image), factor));
  }
}
