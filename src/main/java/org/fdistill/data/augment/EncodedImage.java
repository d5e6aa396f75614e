package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * A file of JPEG, PNG, GIF or BMP.
 *
 * @param bytes scalar
 */
public record EncodedImage(Operand<TString> bytes) implements StoredImage {
  @Override
  public Operand<TUint8> pixels(Ops tf) {
    return new ImageDecoder().decode(tf, bytes);
  }

  @Override
  public Operand<TInt32> geometry(Ops tf, Framing framing, Operand<TInt64> seed) {
    Operand<TInt32> size = new ImageDecoder().open(tf, bytes).size();
    return framing.of(tf, size, seed).asVector(tf, size);
  }

  @Override
  public Operand<TUint8> view(Ops tf, Framing framing, Operand<TInt64> seed, Resize resize) {
    ImageDecoder.Opened opened = new ImageDecoder().open(tf, bytes);
    Geometry geometry = framing.of(tf, opened.size(), seed);
    return resize.apply(tf, opened.pixels(tf, geometry.box()), geometry);
  }
}
