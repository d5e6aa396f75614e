package org.fdistill.export;

import org.tensorflow.EagerSession;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Two made-up images, as pixels and as files: for the check of an export and for warm-up. */
final class ProbeImages {
  private static final int COUNT = 2;

  private final int side;

  ProbeImages(int side) {
    this.side = side;
  }

  /** [2, S, S, 3], 0 to 255: waves of different length in each channel and image. */
  TFloat32 pixels() {
    byte[] bytes = bytes();
    float[] values = new float[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      values[i] = bytes[i] & 0xff;
    }
    return TFloat32.tensorOf(Shape.of(COUNT, side, side, 3), DataBuffers.of(values));
  }

  /** The same pixels as files of PNG: [2]. */
  TString files() {
    byte[] all = bytes();
    byte[][] files = new byte[COUNT][];
    int size = all.length / COUNT;
    for (int i = 0; i < COUNT; i++) {
      files[i] = png(java.util.Arrays.copyOfRange(all, i * size, (i + 1) * size));
    }
    return TString.tensorOfBytes(NdArrays.vectorOfObjects(files));
  }

  private byte[] png(byte[] pixels) {
    try (EagerSession eager = EagerSession.create();
        TUint8 image = TUint8.tensorOf(Shape.of(side, side, 3), DataBuffers.of(pixels))) {
      Ops tf = Ops.create(eager);
      return tf.image.encodePng(tf.constantOf(image)).asTensor().asBytes().getObject();
    }
  }

  private byte[] bytes() {
    byte[] bytes = new byte[COUNT * side * side * 3];
    int next = 0;
    for (int image = 0; image < COUNT; image++) {
      for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++) {
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
