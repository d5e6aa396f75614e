package org.fdistill.export;

import org.tensorflow.EagerSession;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Made-up images, as pixels and as files: for the check of an export and for warm-up.
 *
 * @param count B
 * @param height H
 * @param width W
 */
record ProbeImages(int count, int height, int width) {
  /** Two images of the size that a model takes, or, where it takes any, one that is wider. */
  static ProbeImages of(InferenceGraph model) {
    int side = model.side();
    return model.network().dense() == null
        ? new ProbeImages(2, side, side)
        : new ProbeImages(1, side, side + side / 2);
  }

  /** As a signature takes them. */
  TType of(ServingSignature signature) {
    return switch (signature.name()) {
      case ServingSignature.PIXELS, ServingSignature.MAPS -> pixels();
      case ServingSignature.BYTES -> uint8();
      default -> files();
    };
  }

  /** [B, H, W, 3]. */
  TUint8 uint8() {
    return TUint8.tensorOf(Shape.of(count, height, width, 3), DataBuffers.of(bytes()));
  }

  /** [B, H, W, 3], 0 to 255: waves of different length in each channel and image. */
  TFloat32 pixels() {
    byte[] bytes = bytes();
    float[] values = new float[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      values[i] = bytes[i] & 0xff;
    }
    return TFloat32.tensorOf(Shape.of(count, height, width, 3), DataBuffers.of(values));
  }

  /** The same pixels as files of PNG: [B]. */
  TString files() {
    byte[] all = bytes();
    byte[][] files = new byte[count][];
    int size = all.length / count;
    for (int i = 0; i < count; i++) {
      files[i] = png(java.util.Arrays.copyOfRange(all, i * size, (i + 1) * size));
    }
    return TString.tensorOfBytes(NdArrays.vectorOfObjects(files));
  }

  private byte[] png(byte[] pixels) {
    try (EagerSession eager = EagerSession.create();
        TUint8 image = TUint8.tensorOf(Shape.of(height, width, 3), DataBuffers.of(pixels))) {
      Ops tf = Ops.create(eager);
      return tf.image.encodePng(tf.constantOf(image)).asTensor().asBytes().getObject();
    }
  }

  private byte[] bytes() {
    byte[] bytes = new byte[count * height * width * 3];
    int next = 0;
    for (int image = 0; image < count; image++) {
      for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
          for (int channel = 0; channel < 3; channel++) {
            double phase = (row * (1 + channel) + column * (2 + image)) * 0.37;
            bytes[next++] = (byte) Math.round(127.5 + 127.5 * Math.sin(phase));
          }
        }
      }
    }
    return bytes;
  }
}
