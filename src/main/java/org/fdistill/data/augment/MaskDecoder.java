package org.fdistill.data.augment;

import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Decodes a mask: a PNG whose pixels are numbers of classes, grey of 8 bits or with a palette of at
 * most 8. Others fail, in words.
 *
 * <p>TensorFlow's op gives the colours of a palette, which are not unique, and not its numbers. So
 * the header is rewritten: as grey, the same pixels are the numbers, spread over 0 to 255 where
 * they have fewer bits. A checksum is linear: that one byte changed, whatever the others are,
 * changes it by the same bits.
 */
public final class MaskDecoder {
  /** The label of pixels without a class. */
  public static final int NO_CLASS = 255;

  private static final byte[] START = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int DEPTH_AT = 24;
  private static final int TYPE_AT = 25;
  private static final int CHECKSUM_AT = 29;
  private static final int HEADER = CHECKSUM_AT + Integer.BYTES;
  private static final int GREY = 0;
  private static final int PALETTE = 3;

  /** By the bits of a pixel, what the greatest number times this is 255. */
  private static final int[] FACTORS = {1, 255, 85, 1, 17, 1, 1, 1, 1};

  /** What the checksum of a header changes by where its type goes from palette to grey. */
  private static final int[] CHECKSUM_CHANGE = {0x12, 0xb5, 0xaf, 0xee};

  private final Ops tf;
  private final Operand<TString> bytes;

  private MaskDecoder(Ops tf, Operand<TString> bytes) {
    this.tf = tf;
    this.bytes = bytes;
  }

  /**
   * The numbers as they are stored [H, W].
   *
   * @param png bytes of the file, scalar
   */
  public static Operand<TUint8> decode(Ops tf, Operand<TString> png) {
    return new MaskDecoder(tf, png).decode();
  }

  /** Labels from 0 where 0 stood for no class: 255 for 0, one less for the others but 255. */
  public static Operand<TUint8> reduceZeroLabel(Ops tf, Operand<TUint8> mask) {
    Operand<TUint8> one = tf.dtypes.cast(tf.constant(1), TUint8.class);
    Operand<TUint8> none = tf.dtypes.cast(tf.constant(NO_CLASS), TUint8.class);
    // 0 - 1 is 255 in eight bits.
    return tf.select(tf.math.equal(mask, none), mask, tf.math.sub(mask, one));
  }

  private Operand<TUint8> decode() {
    Operand<TString> padded = tf.strings.join(List.of(bytes, tf.constant("\0".repeat(HEADER))));
    Operand<TInt32> depth = byteAt(padded, DEPTH_AT);
    Operand<TInt32> type = byteAt(padded, TYPE_AT);
    Operand<TBool> palette = tf.math.equal(type, tf.constant(PALETTE));
    Op checked = check(padded, type, depth);
    Operand<TString> asGrey = tf.select(palette, asGrey(padded), bytes);
    Operand<TUint8> spread =
        tf.withControlDependencies(checked)
            .image
            .decodePng(asGrey, TUint8.class, DecodePng.channels(1L));
    Operand<TInt32> known = tf.math.minimum(depth, tf.constant(Byte.SIZE));
    Operand<TInt32> factor = tf.gather(tf.constant(FACTORS), known, tf.constant(0));
    Operand<TUint8> numbers = tf.math.floorDiv(spread, tf.dtypes.cast(factor, TUint8.class));
    return tf.squeeze(numbers, Squeeze.axis(List.of(2L)));
  }

  private Op check(Operand<TString> padded, Operand<TInt32> type, Operand<TInt32> depth) {
    Operand<TBool> isPng;
    try (TString magic = TString.tensorOfBytes(NdArrays.scalarOfObject(START))) {
      isPng = tf.math.equal(part(padded, 0, START.length), tf.constantOf(magic));
    }
    Operand<TBool> grey = tf.math.equal(type, tf.constant(GREY));
    Operand<TBool> numbers =
        tf.math.logicalOr(
            tf.math.equal(type, tf.constant(PALETTE)),
            tf.math.logicalAnd(grey, tf.math.equal(depth, tf.constant(Byte.SIZE))));
    Op png = require(tf, isPng, "mask that is no PNG");
    Op oneChannel =
        require(
            tf.withControlDependencies(png),
            tf.math.logicalOr(grey, tf.math.equal(type, tf.constant(PALETTE))),
            "mask in colours; expected numbers of classes, grey or with a palette");
    return require(
        tf.withControlDependencies(oneChannel), numbers, "grey mask that has not 8 bits a pixel");
  }

  private static Op require(Ops tf, Operand<TBool> condition, String otherwise) {
    return tf.assertThat(condition, List.of(tf.constant(otherwise)));
  }

  /** The file with the type and the checksum of grey. */
  private Operand<TString> asGrey(Operand<TString> padded) {
    Operand<TString> checksum = part(padded, CHECKSUM_AT, Integer.BYTES);
    Operand<TInt32> changed =
        tf.bitwise.bitwiseXor(
            tf.dtypes.cast(tf.io.decodeRaw(checksum, TUint8.class), TInt32.class),
            tf.constant(CHECKSUM_CHANGE));
    Operand<TString> letters = tf.gather(everyByte(), changed, tf.constant(0)); // [4]
    return tf.strings.join(
        List.of(
            part(padded, 0, TYPE_AT),
            tf.constant("\0"),
            part(padded, TYPE_AT + 1, CHECKSUM_AT - TYPE_AT - 1),
            tf.strings.reduceJoin(letters, tf.constant(0)),
            tf.strings.substr(padded, tf.constant(HEADER), tf.constant(Integer.MAX_VALUE))));
  }

  /** Strings of one byte each [256]. */
  private Operand<TString> everyByte() {
    NdArray<byte[]> letters = NdArrays.ofObjects(byte[].class, Shape.of(Pixels.LEVELS));
    IntStream.range(0, Pixels.LEVELS).forEach(i -> letters.setObject(new byte[] {(byte) i}, i));
    try (TString table = TString.tensorOfBytes(letters)) {
      return tf.constantOf(table);
    }
  }

  private Operand<TInt32> byteAt(Operand<TString> padded, int at) {
    Operand<TUint8> raw = tf.io.decodeRaw(part(padded, at, 1), TUint8.class);
    return tf.dtypes.cast(tf.stridedSlice(raw, Indices.at(0)), TInt32.class);
  }

  private Operand<TString> part(Operand<TString> text, int from, int length) {
    return tf.strings.substr(text, tf.constant(from), tf.constant(length));
  }
}
