package org.fdistill.data.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.DecodeAndCropJpeg;
import org.tensorflow.op.image.DecodeImage;
import org.tensorflow.op.image.DecodeJpeg;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Decodes JPEG, PNG, GIF (the first frame) and BMP ({@link BmpDecoder}) into RGB [height, width,
 * 3]. Grey is repeated over the channels, CMYK is converted, alpha is dropped, 16 bits are cut to
 * 8. JPEG is decoded with the exact integer transform and smooth chroma, as PIL does, and only
 * where the crop needs it.
 */
public final class ImageDecoder {
  private static final String EXACT = "INTEGER_ACCURATE";
  private static final byte[] JPEG_START = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};

  /** JPEG's header; BMP with and without a palette, and what TensorFlow tells apart, decoded. */
  private static final List<Branches.Body> OPEN =
      List.of(
          ImageDecoder::header,
          (tf, in) -> decoded(tf, new BmpDecoder(tf, bytes(in)).decodePalette()),
          (tf, in) -> decoded(tf, new BmpDecoder(tf, bytes(in)).decodeChannels()),
          ImageDecoder::other);

  /** The whole image [height, width, 3]. */
  public Operand<TUint8> decode(Ops tf, Operand<TString> bytes) {
    return open(tf, bytes).pixels(tf, Optional.empty());
  }

  /**
   * An image whose size is known. Of JPEG that takes no more than its header; another format is
   * decoded by then.
   *
   * @param jpeg whether it is one, scalar
   * @param bytes of the file, scalar
   * @param whole all pixels of another format; of a JPEG none
   * @param size height, width, 3
   */
  record Opened(
      Operand<TBool> jpeg, Operand<TString> bytes, Operand<TUint8> whole, Operand<TInt32> size) {
    /** The pixels of a box [height, width, 3]; empty: all of them. */
    Operand<TUint8> pixels(Ops tf, Optional<Box> box) {
      List<Operand<?>> inputs = new ArrayList<>(List.of(bytes, whole));
      box.ifPresent(part -> inputs.add(part.asVector(tf)));
      try (ConcreteFunction ofJpeg = Branches.function("decode_jpeg", inputs, ImageDecoder::jpeg);
          ConcreteFunction ofOther = Branches.function("cut_image", inputs, ImageDecoder::cut)) {
        return tf.statelessIf(jpeg, inputs, List.of(TUint8.class), ofJpeg, ofOther)
            .output()
            .get(0)
            .expect(TUint8.class);
      }
    }
  }

  /** Finds out the size of an image. */
  Opened open(Ops tf, Operand<TString> bytes) {
    List<Operand<?>> inputs = List.of(bytes);
    try (Branches branches = new Branches("open", inputs, OPEN)) {
      Operand<TInt32> kind = kind(tf, bytes);
      List<Output<?>> opened =
          branches.choose(tf, kind, inputs, List.of(TUint8.class, TInt32.class));
      return new Opened(
          tf.math.equal(kind, tf.constant(0)),
          bytes,
          opened.get(0).expect(TUint8.class),
          opened.get(1).expect(TInt32.class));
    }
  }

  /** The place in {@link #OPEN} of what a file is opened with. */
  private static Operand<TInt32> kind(Ops tf, Operand<TString> bytes) {
    BmpDecoder bmp = new BmpDecoder(tf, bytes);
    Operand<TInt32> ofBmp = tf.select(bmp.hasPalette(), tf.constant(1), tf.constant(2));
    Operand<TInt32> other = tf.select(bmp.isBmp(), ofBmp, tf.constant(3));
    return tf.select(isJpeg(tf, bytes), tf.constant(0), other);
  }

  private static Operand<TString> bytes(List<Operand<?>> in) {
    return in.get(0).asOutput().expect(TString.class);
  }

  private static Operand<TBool> isJpeg(Ops tf, Operand<TString> bytes) {
    Operand<TString> start =
        tf.strings.substr(bytes, tf.constant(0), tf.constant(JPEG_START.length));
    try (TString magic = TString.tensorOfBytes(NdArrays.scalarOfObject(JPEG_START))) {
      return tf.math.equal(start, tf.constantOf(magic));
    }
  }

  private static List<Operand<?>> header(Ops tf, List<Operand<?>> in) {
    return List.of(
        tf.zeros(tf.constant(new int[] {0, 0, 3}), TUint8.class),
        tf.image.extractJpegShape(bytes(in)));
  }

  private static List<Operand<?>> jpeg(Ops tf, List<Operand<?>> in) {
    Operand<TString> bytes = bytes(in);
    return in.size() == 2
        ? List.of(tf.image.decodeJpeg(bytes, DecodeJpeg.channels(3L), DecodeJpeg.dctMethod(EXACT)))
        : List.of(
            tf.image.decodeAndCropJpeg(
                bytes,
                in.get(2).asOutput().expect(TInt32.class),
                DecodeAndCropJpeg.channels(3L),
                DecodeAndCropJpeg.dctMethod(EXACT)));
  }

  /** The first three channels, or the first one three times. */
  private static List<Operand<?>> other(Ops tf, List<Operand<?>> in) {
    Operand<TUint8> image =
        tf.image.decodeImage(
            bytes(in), TUint8.class, DecodeImage.channels(0L), DecodeImage.expandAnimations(false));
    Operand<TInt32> channels = tf.stridedSlice(tf.shape(image), Indices.at(2));
    Operand<TInt32> rgb =
        tf.select(
            tf.math.less(channels, tf.constant(3)),
            tf.constant(new int[] {0, 0, 0}),
            tf.constant(new int[] {0, 1, 2}));
    return decoded(tf, tf.gather(image, rgb, tf.constant(2)));
  }

  private static List<Operand<?>> decoded(Ops tf, Operand<TUint8> image) {
    return List.of(image, tf.shape(image));
  }

  private static List<Operand<?>> cut(Ops tf, List<Operand<?>> in) {
    Operand<TUint8> whole = in.get(1).asOutput().expect(TUint8.class);
    if (in.size() == 2) {
      return List.of(tf.identity(whole));
    }
    Operand<TInt32> box = in.get(2).asOutput().expect(TInt32.class);
    Operand<TInt32> zero = tf.constant(new int[] {0});
    Operand<TInt32> start =
        tf.concat(List.of(tf.stridedSlice(box, Indices.sliceTo(2)), zero), tf.constant(0));
    Operand<TInt32> extent =
        tf.concat(
            List.of(tf.stridedSlice(box, Indices.sliceFrom(2)), tf.constant(new int[] {3})),
            tf.constant(0));
    return List.of(tf.slice(whole, start, extent));
  }
}
