package org.fdistill.data;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Decodes masks. What {@link MaskFile} refuses fails in the graph, so that the example is left out.
 *
 * @param classes K
 * @param zeroIsNoClass whether the file's 0 means no class and class k stands as k + 1
 */
record MaskPixels(int classes, boolean zeroIsNoClass) {
  private static final int NONE = 255;

  /**
   * A mask in the graph.
   *
   * @param classes [height, width, 1], 0 to K - 1; 255 where there is none, and where a number is
   *     too large to be one
   * @param largest number in the file, 255 left out; -1 where nothing is left
   */
  record Decoded(Operand<TUint8> classes, Operand<TInt64> largest) {}

  /**
   * Decodes a mask.
   *
   * @param png bytes of the file, scalar
   * @param image the pixels that it belongs to, [height, width, 3]
   */
  Decoded of(Ops tf, Operand<TString> png, Operand<TUint8> image) {
    Ops checked = tf.withControlDependencies(List.of(grey(tf, png)));
    Operand<TUint8> stored =
        checked.image.decodePng(png, TUint8.class, DecodePng.channels(1L)); // [height, width, 1]
    Ops sized = tf.withControlDependencies(List.of(sameSize(tf, stored, image)));
    Operand<TInt32> numbers = sized.dtypes.cast(stored, TInt32.class);
    Operand<TInt32> classNumbers =
        zeroIsNoClass ? tf.math.sub(numbers, tf.constant(1)) : tf.identity(numbers);
    Operand<TInt32> none = tf.fill(tf.shape(numbers), tf.constant(NONE));
    Operand<TInt32> known =
        tf.select(
            tf.math.logicalAnd(
                tf.math.greaterEqual(classNumbers, tf.constant(0)),
                tf.math.less(classNumbers, tf.constant(classes))),
            classNumbers,
            none);
    return new Decoded(tf.dtypes.cast(known, TUint8.class), largest(tf, numbers));
  }

  private static Operand<TInt64> largest(Ops tf, Operand<TInt32> numbers) {
    Operand<TInt32> nothing = tf.fill(tf.shape(numbers), tf.constant(-1));
    Operand<TInt32> without =
        tf.select(tf.math.equal(numbers, tf.constant(NONE)), nothing, numbers);
    return tf.dtypes.cast(
        tf.reduceMax(without, tf.constant(new int[] {0, 1, 2})), TInt64.class);
  }

  private static Op grey(Ops tf, Operand<TString> png) {
    Operand<TString> kind =
        tf.strings.substr(
            png, tf.constant(MaskFile.DEPTH_AND_COLOUR_AT), tf.constant(MaskFile.GREY_BYTES.length));
    try (TString grey = TString.tensorOfBytes(NdArrays.scalarOfObject(MaskFile.GREY_BYTES))) {
      return tf.assertThat(
          tf.math.equal(kind, tf.constantOf(grey)),
          List.of(tf.constant("the mask is no 8-bit grey PNG")));
    }
  }

  private static Op sameSize(Ops tf, Operand<TUint8> mask, Operand<TUint8> image) {
    Operand<TInt32> ofMask = tf.stridedSlice(tf.shape(mask), Indices.sliceTo(2));
    Operand<TInt32> ofImage = tf.stridedSlice(tf.shape(image), Indices.sliceTo(2));
    return tf.assertThat(
        tf.reduceAll(tf.math.equal(ofMask, ofImage), tf.constant(0)),
        List.of(tf.constant("mask and image differ in size"), ofMask, ofImage));
  }
}
