package org.fdistill.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.DecodeBmp;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint16;
import org.tensorflow.types.TUint8;

/**
 * Decodes an uncompressed BMP of 8, 24 or 32 bits a pixel. TensorFlow's op gives the bytes of the
 * pixels and looks neither at the palette, which says what 8 bits mean, nor at the masks, which may
 * say where in 32 bits the channels are. Both are read here; other kinds fail, in words.
 *
 * <p>A file is a header of 14 bytes, a second one of at least 40 (BITMAPINFOHEADER and its longer
 * successors), the masks inside or after it, the palette after it, and the pixels.
 */
final class BmpDecoder {
  private static final byte[] START = {'B', 'M'};
  private static final int FILE_HEADER = 14;
  private static final int LEAST_HEADER = 40;

  /** Where fields stand, all at even places, and what is looked at of a file. */
  private static final int PIXELS_AT = 10;

  private static final int BITS_AT = 28;
  private static final int COMPRESSION_AT = 30;
  private static final int MASKS_AT = 54;
  private static final int HEAD = MASKS_AT + 3 * Integer.BYTES;

  /**
   * Values of the compression field: none, and channels where masks say, without and with alpha.
   */
  private static final long NONE = 0;

  private static final long MASKED = 3;
  private static final long MASKED_WITH_ALPHA = 6;

  /** Blue, green, red and nothing. */
  private static final long PALETTE_ENTRY = 4;

  /** The mask of one whole byte, by the channel in which TensorFlow's op gives that byte. */
  private static final long[] BYTE_MASKS = {0xff0000L, 0xff00L, 0xffL, 0xff000000L};

  private final Ops tf;
  private final Operand<TString> bytes;
  private final Operand<TInt64> head;

  /**
   * Reads the headers.
   *
   * @param bytes scalar: a file, which may be shorter than a BMP's headers
   */
  BmpDecoder(Ops tf, Operand<TString> bytes) {
    this.tf = tf;
    this.bytes = bytes;
    Operand<TString> padded =
        tf.strings.join(List.of(start(tf, bytes, HEAD), tf.constant("\0".repeat(HEAD))));
    Operand<TUint16> words = tf.io.decodeRaw(start(tf, padded, HEAD), TUint16.class);
    this.head = tf.dtypes.cast(words, TInt64.class);
  }

  private static Operand<TString> start(Ops tf, Operand<TString> bytes, int length) {
    return tf.strings.substr(bytes, tf.constant(0), tf.constant(length));
  }

  /** Whether the file is a BMP; scalar. */
  Operand<TBool> isBmp() {
    return is(word(0), START[0] | START[1] << Byte.SIZE);
  }

  /** Whether pixels are numbers of colours in a palette; scalar. */
  Operand<TBool> hasPalette() {
    return is(word(BITS_AT), 8);
  }

  /** The image where there is a palette, RGB [height, width, 3]. */
  Operand<TUint8> decodePalette() {
    Op kind = requireKind(is(compression(), NONE));
    Operand<TInt64> start = tf.math.add(doubleWord(FILE_HEADER), tf.constant((long) FILE_HEADER));
    Operand<TInt64> length = tf.math.sub(doubleWord(PIXELS_AT), start);
    Operand<TInt64> colours = tf.math.floorDiv(length, tf.constant(PALETTE_ENTRY));
    Operand<TString> entries =
        tf.withControlDependencies(kind)
            .strings
            .substr(bytes, start, tf.math.mul(colours, tf.constant(PALETTE_ENTRY)));
    Operand<TUint8> palette =
        tf.reshape(
            tf.io.decodeRaw(entries, TUint8.class), tf.constant(new long[] {-1, PALETTE_ENTRY}));
    Operand<TInt64> pixels = tf.dtypes.cast(pixels(kind), TInt64.class); // [height, width, 1]
    Op inside =
        require(
            tf.math.less(tf.max(pixels, tf.constant(new int[] {0, 1, 2})), colours),
            "BMP with a pixel whose colour is not in its palette");
    Operand<TInt64> numbers = tf.gather(pixels, tf.constant(0), tf.constant(2));
    return tf.withControlDependencies(inside).gather(reversed(palette), numbers, tf.constant(0));
  }

  /** Red, green and blue of blue, green, red. */
  private Operand<TUint8> reversed(Operand<TUint8> palette) {
    return tf.gather(palette, tf.constant(new int[] {2, 1, 0}), tf.constant(1));
  }

  /** The image where there is none, RGB [height, width, 3]. */
  Operand<TUint8> decodeChannels() {
    Operand<TBool> is32 = is(word(BITS_AT), 32);
    Operand<TBool> masked =
        tf.math.logicalOr(is(compression(), MASKED), is(compression(), MASKED_WITH_ALPHA));
    Operand<TInt64> masks =
        tf.stack(List.of(doubleWord(MASKS_AT), doubleWord(MASKS_AT + 4), doubleWord(MASKS_AT + 8)));
    Operand<TBool> places =
        tf.math.equal(tf.expandDims(masks, tf.constant(1)), tf.constant(BYTE_MASKS)); // [3, 4]
    Operand<TBool> wholeBytes = tf.reduceAll(tf.reduceAny(places, tf.constant(1)), tf.constant(0));
    Op kind =
        requireKind(
            tf.math.logicalOr(
                tf.math.logicalAnd(
                    is(compression(), NONE), tf.math.logicalOr(is32, is(word(BITS_AT), 24))),
                tf.math.logicalAnd(tf.math.logicalAnd(is32, masked), wholeBytes)));
    Operand<TInt64> order =
        tf.select(
            masked,
            tf.math.argMax(tf.dtypes.cast(places, TInt32.class), tf.constant(1)),
            tf.constant(new long[] {0, 1, 2}));
    return tf.gather(pixels(kind), order, tf.constant(2));
  }

  private Operand<TUint8> pixels(Op kind) {
    return tf.withControlDependencies(kind).image.decodeBmp(bytes, DecodeBmp.channels(0L));
  }

  private Op requireKind(Operand<TBool> known) {
    Operand<TInt64> least = tf.constant((long) LEAST_HEADER);
    return require(
        tf.math.logicalAnd(known, tf.math.greaterEqual(doubleWord(FILE_HEADER), least)),
        "BMP of a kind that is not read; uncompressed ones of 8, 24 or 32 bits are");
  }

  private Op require(Operand<TBool> condition, String otherwise) {
    return tf.assertThat(condition, List.of(tf.constant(otherwise)));
  }

  private Operand<TInt64> compression() {
    return doubleWord(COMPRESSION_AT);
  }

  private Operand<TBool> is(Operand<TInt64> field, long value) {
    return tf.math.equal(field, tf.constant(value));
  }

  private Operand<TInt64> doubleWord(int at) {
    Operand<TInt64> high = tf.math.mul(word(at + Short.BYTES), tf.constant(1L << Short.SIZE));
    return tf.math.add(word(at), high);
  }

  private Operand<TInt64> word(int at) {
    return tf.gather(head, tf.constant(at / Short.BYTES), tf.constant(0));
  }
}
