package org.fdistill.export;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * A batch of image files as pixels, where a file that cannot be decoded spoils its own answer and
 * no other: a server puts the requests of several clients into one batch. An op that fails ends the
 * whole run, and only a pipeline can leave an element out, so the files go through one, each with
 * its place. Letters: B batch, S image side, K the files that can be decoded and one more.
 *
 * @param pixels [B, S, S, 3], 0 to 255; black where the file was not decoded
 * @param decoded [B], 1 where the file was decoded and 0 where not
 */
record DecodedFiles(Operand<TFloat32> pixels, Operand<TFloat32> decoded) {
  /** TensorFlow's constant for as many threads as there are. */
  private static final long AUTOTUNE = -1;

  private static final List<Class<? extends TType>> TYPES = List.of(TUint8.class, TInt64.class);

  /**
   * Decodes each file of a batch by itself.
   *
   * @param files [B]
   * @param side S
   * @param view from one file, a scalar, to its image [S, S, 3]
   */
  static DecodedFiles of(
      Ops tf,
      Operand<TString> files,
      int side,
      BiFunction<Ops, Operand<TString>, Operand<TUint8>> view) {
    Operand<TInt64> batch = tf.size(files, TInt64.class);
    List<Output<?>> whole = decodable(tf, files, batch, side, view);
    Operand<TFloat32> images =
        tf.dtypes.cast(whole.get(0).expect(TUint8.class), TFloat32.class); // [K, S, S, 3]
    Operand<TInt64> places = whole.get(1).expect(TInt64.class); // [K]
    Operand<TFloat32> ones = tf.fill(tf.shape(places), tf.constant(1f));
    return new DecodedFiles(
        placed(tf, places, images, batch, side, side, 3), placed(tf, places, ones, batch));
  }

  /** The images that can be decoded and a black one, and the place of each in the batch. */
  private static List<Output<?>> decodable(
      Ops tf,
      Operand<TString> files,
      Operand<TInt64> batch,
      int side,
      BiFunction<Ops, Operand<TString>, Operand<TUint8>> view) {
    List<Shape> shapes = List.of(Shape.of(side, side, 3), Shape.scalar());
    Operand<TInt64> places = tf.range(tf.constant(0L), batch, tf.constant(1L));
    Operand<? extends TType> all =
        tf.data.tensorSliceDataset(List.of(files, places), List.of(Shape.scalar(), Shape.scalar()));
    Operand<? extends TType> good;
    try (ConcreteFunction decoding = decoding(view)) {
      Operand<? extends TType> mapped =
          tf.data.parallelMapDataset(
              all, List.of(), tf.constant(AUTOTUNE), decoding, TYPES, shapes);
      good = tf.data.ignoreErrorsDataset(mapped, TYPES, shapes);
    }
    // Without the one more, nothing would be left of a batch that cannot be decoded at all.
    Operand<TUint8> black = tf.zeros(tf.constant(new int[] {1, side, side, 3}), TUint8.class);
    Operand<? extends TType> more =
        tf.data.tensorSliceDataset(List.of(black, tf.expandDims(batch, tf.constant(0))), shapes);
    List<Shape> batched = List.of(Shape.of(-1, side, side, 3), Shape.of(-1));
    Operand<? extends TType> one =
        tf.data.batchDataset(
            tf.data.concatenateDataset(good, more, TYPES, shapes),
            tf.math.add(batch, tf.constant(1L)),
            tf.constant(false),
            TYPES,
            batched);
    return tf.data.datasetToSingleElement(one, TYPES, batched).components();
  }

  private static ConcreteFunction decoding(
      BiFunction<Ops, Operand<TString>, Operand<TUint8>> view) {
    return ConcreteFunction.create(
        body -> {
          Operand<TString> file =
              body.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
          Operand<TInt64> place = body.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
          return Signature.builder("decode_image")
              .input("bytes", file)
              .input("place", place)
              .output("image", view.apply(body, file))
              .output("same_place", body.identity(place))
              .build();
        });
  }

  /** Rows [K, ...] at their places among B, zeros elsewhere: [B, ...]. */
  private static Operand<TFloat32> placed(
      Ops tf, Operand<TInt64> places, Operand<TFloat32> rows, Operand<TInt64> batch, long... row) {
    Operand<TInt64> one = tf.constant(new long[] {1});
    Operand<TInt64> size = tf.expandDims(batch, tf.constant(0));
    Operand<TInt64> rest = tf.constant(row);
    Operand<TFloat32> spread =
        tf.scatterNd(
            tf.expandDims(places, tf.constant(1)),
            rows,
            tf.concat(List.of(tf.math.add(size, one), rest), tf.constant(0)));
    Operand<TFloat32> cut =
        tf.slice(
            spread,
            tf.constant(new long[1 + row.length]),
            tf.concat(List.of(size, rest), tf.constant(0)));
    long[] shape = new long[1 + row.length];
    shape[0] = Shape.UNKNOWN_SIZE;
    System.arraycopy(row, 0, shape, 1, row.length);
    return tf.ensureShape(cut, Shape.of(shape));
  }

  /**
   * An answer that is no number where the file was not decoded.
   *
   * @param output [B, ...]
   * @return the same to the bit where the file was decoded
   */
  Operand<TFloat32> spoil(Ops tf, Operand<TFloat32> output) {
    long[] ones = new long[output.shape().numDimensions()];
    Arrays.fill(ones, 1);
    ones[0] = Shape.UNKNOWN_SIZE;
    Operand<TFloat32> each = tf.reshape(decoded, tf.constant(ones));
    return tf.select(tf.math.greater(each, tf.constant(0f)), output, tf.constant(Float.NaN));
  }
}
