package org.fdistill.data.augment;

import java.util.List;
import org.fdistill.proto.Interpolation;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * Affine maps of images [H, W, 3] as PIL's transform makes them: a pixel of the result takes its
 * value from where the map brings its centre, and the fill colour where that is outside of the
 * image. Interpolated without antialiasing over 2 or 4 pixels along each side that is not whole;
 * bicubic is with a = -1, which is PIL's here (and -0.5 where it resizes). The result is cut off to
 * whole numbers.
 *
 * @param interpolation between pixels
 * @param fill the colour, red, green, blue
 */
public record Affine(Interpolation interpolation, List<Integer> fill) {
  /** Above float32's error: where all pixels around have one value, the cut must not lower it. */
  private static final float ROUNDING = 1f / 8192;

  /** Where pixels take their value from along one side. */
  private record Coordinate(Operand<TFloat64> at, boolean whole) {}

  /** Rows are shifted by a factor times their distance from the top. */
  Operand<TUint8> shearX(Ops tf, Operand<TUint8> image, Operand<TFloat64> factor) {
    Operand<TFloat64> x = tf.math.add(columns(tf, image), tf.math.mul(factor, rows(tf, image)));
    return sample(tf, image, new Coordinate(x, false), new Coordinate(rows(tf, image), true));
  }

  /** Columns are shifted by a factor times their distance from the left. */
  Operand<TUint8> shearY(Ops tf, Operand<TUint8> image, Operand<TFloat64> factor) {
    Operand<TFloat64> y = tf.math.add(rows(tf, image), tf.math.mul(factor, columns(tf, image)));
    return sample(tf, image, new Coordinate(columns(tf, image), true), new Coordinate(y, false));
  }

  /** Moves the image to the left by a share of its width. */
  Operand<TUint8> translateX(Ops tf, Operand<TUint8> image, Operand<TFloat64> share) {
    Operand<TFloat64> x =
        tf.math.add(columns(tf, image), tf.math.mul(share, tf.constant(width(image))));
    return sample(tf, image, new Coordinate(x, false), new Coordinate(rows(tf, image), true));
  }

  /** Moves the image upwards by a share of its height. */
  Operand<TUint8> translateY(Ops tf, Operand<TUint8> image, Operand<TFloat64> share) {
    Operand<TFloat64> y =
        tf.math.add(rows(tf, image), tf.math.mul(share, tf.constant(height(image))));
    return sample(tf, image, new Coordinate(columns(tf, image), true), new Coordinate(y, false));
  }

  /** Turns the image counter-clockwise about its centre. */
  Operand<TUint8> rotate(Ops tf, Operand<TUint8> image, Operand<TFloat64> degrees) {
    Operand<TFloat64> angle = tf.math.mul(degrees, tf.constant(-Math.PI / 180));
    Operand<TFloat64> cos = tf.math.cos(angle);
    Operand<TFloat64> sin = tf.math.sin(angle);
    Operand<TFloat64> centreX = tf.constant(width(image) / 2);
    Operand<TFloat64> centreY = tf.constant(height(image) / 2);
    Operand<TFloat64> x = tf.math.sub(columns(tf, image), centreX); // [1, W]
    Operand<TFloat64> y = tf.math.sub(rows(tf, image), centreY); // [H, 1]
    Operand<TFloat64> fromX =
        tf.math.add(tf.math.add(tf.math.mul(cos, x), centreX), tf.math.mul(sin, y));
    Operand<TFloat64> fromY =
        tf.math.add(tf.math.add(tf.math.mul(cos, y), centreY), tf.math.neg(tf.math.mul(sin, x)));
    return sample(tf, image, new Coordinate(fromX, false), new Coordinate(fromY, false));
  }

  private static double height(Operand<TUint8> image) {
    return image.shape().get(0);
  }

  private static double width(Operand<TUint8> image) {
    return image.shape().get(1);
  }

  /** The centres of the columns [1, W]. */
  private static Operand<TFloat64> columns(Ops tf, Operand<TUint8> image) {
    return tf.expandDims(centres(tf, width(image)), tf.constant(0));
  }

  /** The centres of the rows [H, 1]. */
  private static Operand<TFloat64> rows(Ops tf, Operand<TUint8> image) {
    return tf.expandDims(centres(tf, height(image)), tf.constant(1));
  }

  private static Operand<TFloat64> centres(Ops tf, double count) {
    return tf.range(tf.constant(0.5), tf.constant(count), tf.constant(1.0));
  }

  private Operand<TUint8> sample(Ops tf, Operand<TUint8> image, Coordinate x, Coordinate y) {
    Shape shape = image.shape();
    long width = shape.get(1);
    Taps columns = taps(tf, x, width);
    Taps rows = taps(tf, y, shape.get(0));
    Operand<TFloat32> flat = tf.reshape(Pixels.floats(tf, image), tf.constant(new int[] {-1, 3}));
    Operand<TFloat32> sum = null;
    for (Tap row : rows.taps()) {
      Operand<TFloat32> ofRow = null;
      Operand<TInt32> start = tf.math.mul(row.place(), tf.constant((int) width));
      for (Tap column : columns.taps()) {
        Operand<TInt32> place = tf.math.add(start, column.place()); // [H, W]
        Operand<TFloat32> pixels = tf.gather(flat, place, tf.constant(0)); // [H, W, 3]
        ofRow = addWeighted(tf, ofRow, pixels, column.weight());
      }
      sum = addWeighted(tf, sum, ofRow, row.weight());
    }
    Operand<TBool> inside = tf.math.logicalAnd(columns.inside(), rows.inside());
    Operand<TUint8> colour =
        tf.dtypes.cast(
            tf.constant(fill.stream().mapToInt(Integer::intValue).toArray()), TUint8.class);
    return tf.select(
        tf.expandDims(inside, tf.constant(2)),
        Pixels.truncate(tf, tf.math.add(sum, tf.constant(ROUNDING))),
        colour);
  }

  /** The sum so far, null at first, and pixels times their weight, null where that is one. */
  private static Operand<TFloat32> addWeighted(
      Ops tf, Operand<TFloat32> sum, Operand<TFloat32> pixels, Operand<TFloat32> weight) {
    Operand<TFloat32> weighted = weight == null ? pixels : tf.math.mul(weight, pixels);
    return sum == null ? weighted : tf.math.add(sum, weighted);
  }

  /**
   * One of the pixels along one side that a value is made of.
   *
   * @param place its row or column [H or 1, W or 1]
   * @param weight with an axis for the channels [H or 1, W or 1, 1]; null where it is one
   */
  private record Tap(Operand<TInt32> place, Operand<TFloat32> weight) {}

  /** All of them, and whether they are those of a place in the image. */
  private record Taps(List<Tap> taps, Operand<TBool> inside) {}

  private Taps taps(Ops tf, Coordinate coordinate, long side) {
    Operand<TFloat64> at = coordinate.at();
    if (coordinate.whole()) {
      return new Taps(
          List.of(new Tap(tf.dtypes.cast(at, TInt32.class), null)),
          tf.math.greaterEqual(at, tf.constant(0.0)));
    }
    Operand<TBool> inside =
        tf.math.logicalAnd(
            tf.math.greaterEqual(at, tf.constant(0.0)),
            tf.math.less(at, tf.constant((double) side)));
    Operand<TFloat64> fromFirst = tf.math.sub(at, tf.constant(0.5));
    Operand<TFloat64> floor = tf.math.floor(fromFirst);
    Operand<TFloat32> rest =
        tf.expandDims(
            tf.dtypes.cast(tf.math.sub(fromFirst, floor), TFloat32.class), tf.constant(2));
    Operand<TInt32> place = tf.dtypes.cast(floor, TInt32.class);
    return new Taps(
        switch (interpolation) {
          case BILINEAR -> bilinear(tf, place, rest, side);
          case BICUBIC -> bicubic(tf, place, rest, side);
        },
        inside);
  }

  private static List<Tap> bilinear(Ops tf, Operand<TInt32> place, Operand<TFloat32> d, long side) {
    return List.of(
        tap(tf, place, 0, side, tf.math.sub(tf.constant(1f), d)), tap(tf, place, 1, side, d));
  }

  private static List<Tap> bicubic(Ops tf, Operand<TInt32> place, Operand<TFloat32> d, long side) {
    return List.of(
        tap(tf, place, -1, side, polynomial(tf, d, 0, -1, 2, -1)),
        tap(tf, place, 0, side, polynomial(tf, d, 1, 0, -2, 1)),
        tap(tf, place, 1, side, polynomial(tf, d, 0, 1, 1, -1)),
        tap(tf, place, 2, side, polynomial(tf, d, 0, 0, -1, 1)));
  }

  /** A pixel some steps on; beyond the border the outermost one. */
  private static Tap tap(
      Ops tf, Operand<TInt32> place, int steps, long side, Operand<TFloat32> weight) {
    Operand<TInt32> moved = tf.math.add(place, tf.constant(steps));
    return new Tap(tf.clipByValue(moved, tf.constant(0), tf.constant((int) side - 1)), weight);
  }

  /** A cubic polynomial, by its coefficients from the lowest. */
  private static Operand<TFloat32> polynomial(Ops tf, Operand<TFloat32> d, float... coefficients) {
    Operand<TFloat32> value = tf.constant(coefficients[3]);
    for (int i = 2; i >= 0; i--) {
      value = tf.math.add(tf.math.mul(value, d), tf.constant(coefficients[i]));
    }
    return value;
  }
}
