package org.fdistill.data.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.StatelessCase;
import org.tensorflow.op.image.DecodeAndCropJpeg;
import org.tensorflow.op.image.DecodeImage;
import org.tensorflow.op.image.DecodeJpeg;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Decodes JPEG, PNG, GIF (the first frame) and BMP ({@link BmpDecoder}) into RGB [height, width,
 * 3]. Grey is repeated over the channels, CMYK is converted, alpha is dropped, 16 bits are cut to 8.
 * JPEG is decoded with the exact integer transform and smooth chroma, as PIL does, and only where
 * the crop needs it.
 */
public final class ImageDecoder {
  private static final String EXACT = "INTEGER_ACCURATE";
  private static final byte[] JPEG_START = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};

  /** What is no JPEG: BMP with and without a palette, and what TensorFlow tells apart. */
  private static final List<BiFunction<Ops, Operand<TString>, Operand<TUint8>>> OTHERS =
      List.of(
          (tf, bytes) -> new BmpDecoder(tf, bytes).decodePalette(),
          (tf, bytes) -> new BmpDecoder(tf, bytes).decodeChannels(),
          ImageDecoder::other);

  /** The whole image. */
  public Operand<TUint8> decode(Ops tf, Operand<TString> bytes) {
    return decode(
        tf,
        bytes,
        tf.constant(new double[0]),
        (t, in) -> jpeg(t, in.bytes()),
        (t, in, image) -> image);
  }

  /** The box that a crop takes of the image. */
  Operand<TUint8> decodeCropped(
      Ops tf, Operand<TString> bytes, Crop crop, Operand<TFloat64> draws) {
    return decode(
        tf,
        bytes,
        draws,
        (t, in) -> croppedJpeg(t, in, crop),
        (t, in, image) -> cropped(t, image, in, crop));
  }

  private record Inputs(Operand<TString> bytes, Operand<TFloat64> draws) {}

  /** What is taken of an image that was decoded as a whole. */
  private interface Part {
    Operand<TUint8> of(Ops tf, Inputs in, Operand<TUint8> image);
  }

  private static Operand<TUint8> decode(
      Ops tf,
      Operand<TString> bytes,
      Operand<TFloat64> draws,
      BiFunction<Ops, Inputs, Operand<TUint8>> jpeg,
      Part part) {
    List<ConcreteFunction> kinds = new ArrayList<>();
    try {
      kinds.add(branch("decode_jpeg", jpeg));
      for (BiFunction<Ops, Operand<TString>, Operand<TUint8>> other : OTHERS) {
        kinds.add(
            branch(
                "decode_other_" + kinds.size(),
                (t, in) -> part.of(t, in, other.apply(t, in.bytes()))));
      }
      return StatelessCase.create(
              tf.scope(), kind(tf, bytes), List.of(bytes, draws), List.of(TUint8.class), kinds)
          .output()
          .get(0)
          .expect(TUint8.class);
    } finally {
      kinds.forEach(ConcreteFunction::close);
    }
  }

  /** 0: JPEG; else the place among the others, from 1. */
  private static Operand<TInt32> kind(Ops tf, Operand<TString> bytes) {
    BmpDecoder bmp = new BmpDecoder(tf, bytes);
    Operand<TInt32> ofBmp = tf.select(bmp.hasPalette(), tf.constant(1), tf.constant(2));
    Operand<TInt32> other = tf.select(bmp.isBmp(), ofBmp, tf.constant(3));
    return tf.select(isJpeg(tf, bytes), tf.constant(0), other);
  }

  private static ConcreteFunction branch(
      String name, BiFunction<Ops, Inputs, Operand<TUint8>> body) {
    return ConcreteFunction.create(
        tf -> {
          Operand<TString> bytes = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
          Operand<TFloat64> draws =
              tf.placeholder(TFloat64.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
          return Signature.builder(name)
              .input("bytes", bytes)
              .input("draws", draws)
              .output("image", body.apply(tf, new Inputs(bytes, draws)))
              .build();
        });
  }

  private static Operand<TBool> isJpeg(Ops tf, Operand<TString> bytes) {
    Operand<TString> start =
        tf.strings.substr(bytes, tf.constant(0), tf.constant(JPEG_START.length));
    try (TString magic = TString.tensorOfBytes(NdArrays.scalarOfObject(JPEG_START))) {
      return tf.math.equal(start, tf.constantOf(magic));
    }
  }

  private static Operand<TUint8> jpeg(Ops tf, Operand<TString> bytes) {
    return tf.image.decodeJpeg(bytes, DecodeJpeg.channels(3L), DecodeJpeg.dctMethod(EXACT));
  }

  private static Operand<TUint8> croppedJpeg(Ops tf, Inputs in, Crop crop) {
    Box box = crop.box(tf, tf.image.extractJpegShape(in.bytes()), in.draws());
    return tf.image.decodeAndCropJpeg(
        in.bytes(),
        box.asVector(tf),
        DecodeAndCropJpeg.channels(3L),
        DecodeAndCropJpeg.dctMethod(EXACT));
  }

  /** The first three channels, or the first one three times. */
  private static Operand<TUint8> other(Ops tf, Operand<TString> bytes) {
    Operand<TUint8> image =
        tf.image.decodeImage(
            bytes, TUint8.class, DecodeImage.channels(0L), DecodeImage.expandAnimations(false));
    Operand<TInt32> channels = tf.stridedSlice(tf.shape(image), Indices.at(2));
    Operand<TInt32> rgb =
        tf.select(
            tf.math.less(channels, tf.constant(3)),
            tf.constant(new int[] {0, 0, 0}),
            tf.constant(new int[] {0, 1, 2}));
    return tf.gather(image, rgb, tf.constant(2));
  }

  private static Operand<TUint8> cropped(Ops tf, Operand<TUint8> image, Inputs in, Crop crop) {
    Box box = crop.box(tf, tf.shape(image), in.draws());
    Operand<TInt32> zero = tf.constant(0);
    return tf.slice(
        image,
        tf.stack(List.of(box.top(), box.left(), zero)),
        tf.stack(List.of(box.height(), box.width(), tf.constant(3))));
  }
}
