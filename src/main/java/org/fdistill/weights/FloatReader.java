package org.fdistill.weights;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** Turns stored numbers into float32. */
final class FloatReader {
  private static final int CHUNK = 1 << 12;

  private final ElementType format;

  FloatReader(ElementType format) {
    this.format = format;
  }

  /**
   * Converts the next numbers of a buffer, in its byte order.
   *
   * @param out receives count values from index {@code at} on
   */
  void read(ByteBuffer in, float[] out, int at, int count) {
    switch (format) {
      case FLOAT64 -> doubles(in, out, at, count);
      case FLOAT32 -> in.asFloatBuffer().get(out, at, count);
      case FLOAT16, BFLOAT16, INT16 -> shorts(in.asShortBuffer(), out, at, count);
      case INT64 -> longs(in.asLongBuffer(), out, at, count);
      case INT32 -> ints(in, out, at, count);
      case INT8, UINT8, BOOL -> bytes(in, out, at, count);
    }
  }

  private static void doubles(ByteBuffer in, float[] out, int at, int count) {
    double[] chunk = new double[Math.min(CHUNK, count)];
    var numbers = in.asDoubleBuffer();
    for (int done = 0; done < count; ) {
      int n = Math.min(chunk.length, count - done);
      numbers.get(chunk, 0, n);
      for (int i = 0; i < n; i++) {
        out[at + done + i] = (float) chunk[i];
      }
      done += n;
    }
  }

  private void shorts(ShortBuffer numbers, float[] out, int at, int count) {
    short[] chunk = new short[Math.min(CHUNK, count)];
    for (int done = 0; done < count; ) {
      int n = Math.min(chunk.length, count - done);
      numbers.get(chunk, 0, n);
      shorts(chunk, n, out, at + done);
      done += n;
    }
  }

  /** One loop a format: the choice stays outside of it. */
  private void shorts(short[] chunk, int n, float[] out, int at) {
    if (format == ElementType.FLOAT16) {
      for (int i = 0; i < n; i++) {
        out[at + i] = half(chunk[i]);
      }
    } else if (format == ElementType.BFLOAT16) {
      for (int i = 0; i < n; i++) {
        out[at + i] = Float.intBitsToFloat(chunk[i] << 16);
      }
    } else {
      for (int i = 0; i < n; i++) {
        out[at + i] = chunk[i];
      }
    }
  }

  /**
   * A half as float32, exactly. Exponent and fraction stand at float32's place after a shift; the
   * exponents' biases differ by 112, which a product mends for subnormal numbers too.
   */
  static float half(short bits) {
    int magnitude = (bits & 0x7FFF) << 13;
    if (magnitude >= 0x7C00 << 13) {
      return Float.intBitsToFloat((bits & 0x8000) << 16 | 0x7F800000 | (magnitude & 0x7FFFFF));
    }
    float value = Float.intBitsToFloat(magnitude) * 0x1p112f;
    return bits < 0 ? -value : value;
  }

  private static void longs(LongBuffer numbers, float[] out, int at, int count) {
    long[] chunk = new long[Math.min(CHUNK, count)];
    for (int done = 0; done < count; ) {
      int n = Math.min(chunk.length, count - done);
      numbers.get(chunk, 0, n);
      for (int i = 0; i < n; i++) {
        out[at + done + i] = chunk[i];
      }
      done += n;
    }
  }

  private static void ints(ByteBuffer in, float[] out, int at, int count) {
    int[] chunk = new int[Math.min(CHUNK, count)];
    var numbers = in.asIntBuffer();
    for (int done = 0; done < count; ) {
      int n = Math.min(chunk.length, count - done);
      numbers.get(chunk, 0, n);
      for (int i = 0; i < n; i++) {
        out[at + done + i] = chunk[i];
      }
      done += n;
    }
  }

  private void bytes(ByteBuffer in, float[] out, int at, int count) {
    boolean signed = format == ElementType.INT8;
    for (int i = 0; i < count; i++) {
      int value = in.get(in.position() + i);
      out[at + i] = signed ? value : value & 0xFF;
    }
  }
}
