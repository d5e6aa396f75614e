package org.fdistill.data.augment;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * Changes of an image [H, W, 3] in OpenCV's HSV of three bytes: hue 0 to 179 in steps of two
 * degrees, saturation and value 0 to 255. The way there is OpenCV's in whole numbers, by tables of
 * divisors in units of 2^-12; the way back is in float32, cut off to whole numbers.
 */
final class OpenCvHsv {
  private static final int HUES = 180;
  private static final int SECTORS = 6;
  private static final int SHIFT = 12;
  private static final int HALF = 1 << (SHIFT - 1);
  private static final int[] SATURATION_DIVISORS = table(i -> (255 << SHIFT) / (double) i);
  private static final int[] HUE_DIVISORS = table(i -> (HUES << SHIFT) / (6.0 * i));

  /**
   * The three parts, each [H, W].
   *
   * @param hue 0 to 179
   * @param saturation 0 to 255
   * @param value 0 to 255
   */
  private record Hsv(Operand<TInt32> hue, Operand<TInt32> saturation, Operand<TFloat32> value) {}

  private OpenCvHsv() {}

  private static int[] table(IntFunction<Double> quotient) {
    return IntStream.range(0, Pixels.LEVELS)
        .map(i -> i == 0 ? 0 : (int) Math.rint(quotient.apply(i)))
        .toArray();
  }

  /** Multiplies the saturation by a factor, clipped and cut off to a whole number. */
  static Operand<TUint8> saturate(Ops tf, Operand<TUint8> image, Operand<TFloat32> factor) {
    Hsv hsv = of(tf, image);
    Operand<TFloat32> product =
        tf.math.mul(tf.dtypes.cast(hsv.saturation(), TFloat32.class), factor);
    Operand<TInt32> cut =
        tf.dtypes.cast(
            tf.math.minimum(product, tf.constant((float) (Pixels.LEVELS - 1))), TInt32.class);
    return image(tf, new Hsv(hsv.hue(), cut, hsv.value()));
  }

  /** Turns the hue by so many steps of two degrees. */
  static Operand<TUint8> turn(Ops tf, Operand<TUint8> image, Operand<TInt32> steps) {
    Hsv hsv = of(tf, image);
    Operand<TInt32> turned = tf.math.floorMod(tf.math.add(hsv.hue(), steps), tf.constant(HUES));
    return image(tf, new Hsv(turned, hsv.saturation(), hsv.value()));
  }

  private static Hsv of(Ops tf, Operand<TUint8> image) {
    Channels of = Channels.of(tf, image);
    Operand<TFloat32> value = of.highest(tf);
    Operand<TInt32> range = ints(tf, tf.math.sub(value, of.lowest(tf)));
    Operand<TInt32> saturation = quotient(tf, range, SATURATION_DIVISORS, ints(tf, value));
    Operand<TBool> red = tf.math.equal(value, of.red());
    Operand<TBool> green = tf.math.equal(value, of.green());
    Operand<TInt32> two = tf.math.mul(range, tf.constant(2));
    Operand<TInt32> side =
        tf.select(
            red,
            ints(tf, tf.math.sub(of.green(), of.blue())),
            tf.select(
                green,
                tf.math.add(ints(tf, tf.math.sub(of.blue(), of.red())), two),
                tf.math.add(
                    ints(tf, tf.math.sub(of.red(), of.green())),
                    tf.math.mul(two, tf.constant(2)))));
    Operand<TInt32> hue = quotient(tf, side, HUE_DIVISORS, range);
    Operand<TInt32> positive =
        tf.select(tf.math.less(hue, tf.constant(0)), tf.math.add(hue, tf.constant(HUES)), hue);
    return new Hsv(positive, saturation, value);
  }

  /** A product with a divisor's inverse, rounded half up. */
  private static Operand<TInt32> quotient(
      Ops tf, Operand<TInt32> dividend, int[] divisors, Operand<TInt32> divisor) {
    Operand<TInt32> inverse = tf.gather(tf.constant(divisors), divisor, tf.constant(0));
    Operand<TInt32> product = tf.math.mul(dividend, inverse);
    return tf.bitwise.rightShift(tf.math.add(product, tf.constant(HALF)), tf.constant(SHIFT));
  }

  private static Operand<TUint8> image(Ops tf, Hsv hsv) {
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> place =
        tf.math.mul(tf.dtypes.cast(hsv.hue(), TFloat32.class), tf.constant((float) SECTORS / HUES));
    Operand<TFloat32> sector = tf.math.floor(place);
    Operand<TFloat32> f = tf.math.sub(place, sector);
    Operand<TFloat32> s =
        tf.math.mul(tf.dtypes.cast(hsv.saturation(), TFloat32.class), tf.constant(1 / 255f));
    Operand<TFloat32> v = hsv.value();
    Operand<TFloat32> p = lowered(tf, v, s);
    Operand<TFloat32> q = lowered(tf, v, tf.math.mul(s, f));
    Operand<TFloat32> t = lowered(tf, v, tf.math.mul(s, tf.math.sub(one, f)));
    return Channels.image(
        tf,
        ints(tf, sector),
        List.of(v, q, p, p, t, v),
        List.of(t, v, v, q, p, p),
        List.of(p, p, t, v, v, q));
  }

  /** A value times one minus a share. */
  private static Operand<TFloat32> lowered(
      Ops tf, Operand<TFloat32> value, Operand<TFloat32> share) {
    return tf.math.mul(value, tf.math.sub(tf.constant(1f), share));
  }

  private static Operand<TInt32> ints(Ops tf, Operand<TFloat32> whole) {
    return tf.dtypes.cast(whole, TInt32.class);
  }
}
