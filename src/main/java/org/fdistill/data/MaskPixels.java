package org.fdistill.data;

import java.util.List;
import org.fdistill.data.augment.MaskDecoder;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * The mask of an image in the graph. One that cannot be decoded, or that is not as large as the
 * image, fails, so that the example is left out ({@link MaskFile} says why).
 *
 * @param classes [height, width], 0 to K - 1; 255 where there is none, and where a number is too
 *     large to be one
 * @param largest number in the file, 255 left out; -1 where nothing is left
 */
record MaskPixels(Operand<TUint8> classes, Operand<TInt64> largest) {
  /**
   * Decodes a mask.
   *
   * @param png bytes of the file, scalar
   * @param image the pixels that it belongs to, [height, width, 3]
   * @param classes K
   * @param zeroIsNoClass whether the file's 0 means no class and class k stands as k + 1
   */
  static MaskPixels of(
      Ops tf, Operand<TString> png, Operand<TUint8> image, int classes, boolean zeroIsNoClass) {
    Operand<TUint8> stored = MaskDecoder.decode(tf, png);
    Operand<TUint8> fitting =
        tf.withControlDependencies(sameSize(tf, stored, image)).identity(stored);
    Operand<TUint8> numbers = zeroIsNoClass ? MaskDecoder.reduceZeroLabel(tf, fitting) : fitting;
    Operand<TUint8> none = tf.fill(tf.shape(numbers), uint8(tf, MaskDecoder.NO_CLASS));
    Operand<TUint8> known = tf.select(tf.math.less(numbers, uint8(tf, classes)), numbers, none);
    return new MaskPixels(known, largest(tf, fitting));
  }

  private static Operand<TInt64> largest(Ops tf, Operand<TUint8> stored) {
    Operand<TInt64> numbers = tf.dtypes.cast(stored, TInt64.class);
    Operand<TInt64> nothing = tf.fill(tf.shape(numbers), tf.constant(-1L));
    Operand<TInt64> counted =
        tf.select(
            tf.math.equal(numbers, tf.constant((long) MaskDecoder.NO_CLASS)), nothing, numbers);
    return tf.reduceMax(counted, tf.constant(new int[] {0, 1}));
  }

  private static Op sameSize(Ops tf, Operand<TUint8> mask, Operand<TUint8> image) {
    Operand<TInt32> ofMask = tf.shape(mask);
    Operand<TInt32> ofImage = tf.stridedSlice(tf.shape(image), Indices.sliceTo(2));
    return tf.assertThat(
        tf.reduceAll(tf.math.equal(ofMask, ofImage), tf.constant(0)),
        List.of(tf.constant("mask and image differ in size"), ofMask, ofImage));
  }

  private static Operand<TUint8> uint8(Ops tf, int value) {
    return tf.dtypes.cast(tf.constant(value), TUint8.class);
  }
}
