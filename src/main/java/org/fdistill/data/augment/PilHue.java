package org.fdistill.data.augment;

import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * Turns the hue of an image [H, W, 3] as torchvision does on PIL images: through PIL's HSV of three
 * bytes, whose roundings are followed step by step.
 */
final class PilHue {
  private static final double TOP = 255;
  private static final int SECTORS = 6;

  /**
   * Where a hue stands in the circle of sectors. A table, since the graph optimiser would join a
   * product and a quotient.
   */
  private static final double[] PLACES =
      IntStream.range(0, Pixels.LEVELS).mapToDouble(i -> i * (double) SECTORS / TOP).toArray();

  private final Ops tf;

  private PilHue(Ops tf) {
    this.tf = tf;
  }

  /**
   * Turns the hue.
   *
   * @param shift share of the circle, -0.5 to 0.5, scalar
   */
  static Operand<TUint8> turn(Ops tf, Operand<TUint8> image, Operand<TFloat64> shift) {
    return new PilHue(tf).turned(image, shift);
  }

  private Operand<TUint8> turned(Operand<TUint8> image, Operand<TFloat64> shift) {
    Channels of = Channels.of(tf, image);
    Operand<TFloat32> value = of.highest(tf);
    Operand<TFloat32> range = tf.math.sub(value, of.lowest(tf));
    Operand<TBool> grey = tf.math.equal(range, tf.constant(0f));
    Operand<TFloat32> divisor = tf.select(grey, tf.onesLike(range), range);
    Operand<TFloat32> saturation =
        cutOff(tf.math.div(range, tf.math.maximum(value, tf.constant(1f))));
    Operand<TInt32> steps = tf.dtypes.cast(tf.math.mul(shift, tf.constant(TOP)), TInt32.class);
    Operand<TFloat32> hue = tf.select(grey, tf.zerosLike(range), cutOff(hue(of, value, divisor)));
    Operand<TInt32> turned =
        tf.math.floorMod(
            tf.math.add(tf.dtypes.cast(hue, TInt32.class), steps), tf.constant(Pixels.LEVELS));
    return image(turned, saturation, value);
  }

  /** From 0 to 1. */
  private Operand<TFloat32> hue(Channels of, Operand<TFloat32> value, Operand<TFloat32> range) {
    Operand<TFloat32> red = tf.math.div(tf.math.sub(value, of.red()), range);
    Operand<TFloat32> green = tf.math.div(tf.math.sub(value, of.green()), range);
    Operand<TFloat32> blue = tf.math.div(tf.math.sub(value, of.blue()), range);
    Operand<TFloat32> sixth =
        tf.select(
            tf.math.equal(of.red(), value),
            tf.math.sub(blue, green),
            tf.select(tf.math.equal(of.green(), value), ahead(2, red, blue), ahead(4, green, red)));
    Operand<TFloat64> circle =
        tf.math.add(tf.math.div(doubles(sixth), tf.constant((double) SECTORS)), tf.constant(1.0));
    return tf.dtypes.cast(tf.math.floorMod(circle, tf.constant(1.0)), TFloat32.class);
  }

  private Operand<TFloat32> ahead(double sector, Operand<TFloat32> plus, Operand<TFloat32> minus) {
    Operand<TFloat64> sum = tf.math.add(tf.constant(sector), doubles(plus));
    return tf.dtypes.cast(tf.math.sub(sum, doubles(minus)), TFloat32.class);
  }

  private Operand<TUint8> image(
      Operand<TInt32> hue, Operand<TFloat32> saturation, Operand<TFloat32> value) {
    Operand<TFloat64> place = tf.gather(tf.constant(PLACES), hue, tf.constant(0));
    Operand<TFloat64> sector = tf.math.floor(place);
    Operand<TFloat64> f = doubles(tf.dtypes.cast(tf.math.sub(place, sector), TFloat32.class));
    Operand<TFloat64> share =
        doubles(tf.dtypes.cast(tf.math.div(doubles(saturation), tf.constant(TOP)), TFloat32.class));
    Operand<TFloat64> one = tf.constant(1.0);
    Operand<TFloat32> p = lowered(value, share);
    Operand<TFloat32> q = lowered(value, tf.math.mul(share, f));
    Operand<TFloat32> t = lowered(value, tf.math.mul(share, tf.math.sub(one, f)));
    Operand<TInt32> of = tf.dtypes.cast(sector, TInt32.class);
    return Channels.image(
        tf,
        tf.math.floorMod(of, tf.constant(SECTORS)),
        List.of(value, q, p, p, t, value),
        List.of(t, value, value, q, p, p),
        List.of(p, p, t, value, value, q));
  }

  /** The value times one minus a share, rounded half up. */
  private Operand<TFloat32> lowered(Operand<TFloat32> value, Operand<TFloat64> share) {
    Operand<TFloat64> product = tf.math.mul(doubles(value), tf.math.sub(tf.constant(1.0), share));
    Operand<TFloat64> rounded = tf.math.floor(tf.math.add(product, tf.constant(0.5)));
    return tf.dtypes.cast(rounded, TFloat32.class);
  }

  /** A share of 255, cut off to a whole number. */
  private Operand<TFloat32> cutOff(Operand<TFloat32> share) {
    Operand<TFloat64> scaled = tf.math.mul(doubles(share), tf.constant(TOP));
    return tf.dtypes.cast(tf.math.floor(scaled), TFloat32.class);
  }

  private Operand<TFloat64> doubles(Operand<TFloat32> floats) {
    return tf.dtypes.cast(floats, TFloat64.class);
  }
}
