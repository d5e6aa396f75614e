package org.fdistill.train;

import org.tensorflow.Tensor;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Copies of small tensors, row by row. */
final class Tensors {
  private Tensors() {}

  static float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    ((TFloat32) tensor).copyTo(DataBuffers.of(values, false, false));
    return values;
  }

  static double[] doubles(Tensor tensor) {
    float[] floats = floats(tensor);
    double[] values = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }

  static long[] longs(Tensor tensor) {
    long[] values = new long[Math.toIntExact(tensor.size())];
    ((TInt64) tensor).copyTo(DataBuffers.of(values, false, false));
    return values;
  }
}
