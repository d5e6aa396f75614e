package org.fdistill.data.augment;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.proto.ColorJitterConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * torchvision's ColorJitter on PIL images: brightness, contrast, saturation and hue by random
 * factors and in random order. Those whose range is zero are left out.
 *
 * @param brightness b: the factor is uniform from max(0, 1 - b) to 1 + b
 * @param contrast the same
 * @param saturation the same
 * @param hue h: the shift is uniform from -h to h of the circle
 * @param probability that an image is changed at all
 */
public record ColourJitter(
    double brightness, double contrast, double saturation, double hue, double probability)
    implements ImageAugmentation {
  private static final int KINDS = 4;

  /** As configured. */
  public static ColourJitter of(ColorJitterConfig config) {
    return new ColourJitter(
        Decimals.of(config.getBrightness()),
        Decimals.of(config.getContrast()),
        Decimals.of(config.getSaturation()),
        Decimals.of(config.getHue()),
        Decimals.of(config.getProbability()));
  }

  @Override
  public Operand<TUint8> apply(Ops tf, Operand<TUint8> image, Operand<TInt64> seed) {
    Uniform uniform = new Uniform(tf, seed, 2 * KINDS + 1);
    Operand<TFloat64> factors =
        tf.stack(
            List.of(
                factor(uniform, brightness),
                factor(uniform, contrast),
                factor(uniform, saturation),
                uniform.between(-hue, hue)));
    Operand<TInt32> order =
        tf.nn.topK(uniform.next(KINDS), tf.constant(KINDS), new TopK.Options[0]).indices();
    Operand<TInt32> changed = tf.dtypes.cast(uniform.chance(probability), TInt32.class);
    List<Branches.Body> bodies =
        List.of(
            (ops, in) -> List.of(ops.identity(in.get(0))),
            (ops, in) ->
                List.of(
                    inOrder(
                        ops,
                        in.get(0).asOutput().expect(TUint8.class),
                        in.get(1).asOutput().expect(TFloat64.class),
                        in.get(2).asOutput().expect(TInt32.class))));
    return Branches.chooseImage(
        tf, "colour_jitter", changed, List.of(image, factors, order), bodies);
  }

  private static Operand<TFloat64> factor(Uniform uniform, double range) {
    return uniform.between(Math.max(0, 1 - range), 1 + range);
  }

  /**
   * Changes one after the other.
   *
   * @param factors of brightness, contrast, saturation, and the hue's shift [4]
   * @param order in which they follow each other [4]
   */
  Operand<TUint8> inOrder(
      Ops tf, Operand<TUint8> image, Operand<TFloat64> factors, Operand<TInt32> order) {
    Operand<TUint8> jittered = image;
    for (int i = 0; i < KINDS; i++) {
      Operand<TInt32> kind = tf.gather(order, tf.constant(i), tf.constant(0));
      Operand<TFloat64> factor = tf.gather(factors, kind, tf.constant(0));
      jittered = Branches.chooseImage(tf, "jitter_one", kind, List.of(jittered, factor), changes());
    }
    return jittered;
  }

  private List<Branches.Body> changes() {
    List<Branches.Body> bodies = new ArrayList<>();
    bodies.add(
        change(brightness, (tf, image, f) -> Enhancement.brightness(tf, image, single(tf, f))));
    bodies.add(change(contrast, (tf, image, f) -> Enhancement.contrast(tf, image, single(tf, f))));
    bodies.add(change(saturation, (tf, image, f) -> Enhancement.colour(tf, image, single(tf, f))));
    bodies.add(change(hue, PilHue::turn));
    return bodies;
  }

  private interface Change {
    Operand<TUint8> of(Ops tf, Operand<TUint8> image, Operand<TFloat64> factor);
  }

  private static Branches.Body change(double range, Change change) {
    return (tf, in) -> {
      Operand<TUint8> image = in.get(0).asOutput().expect(TUint8.class);
      return List.of(
          range == 0
              ? tf.identity(image)
              : change.of(tf, image, in.get(1).asOutput().expect(TFloat64.class)));
    };
  }

  private static Operand<TFloat32> single(Ops tf, Operand<TFloat64> factor) {
    return tf.dtypes.cast(factor, TFloat32.class);
  }
}
