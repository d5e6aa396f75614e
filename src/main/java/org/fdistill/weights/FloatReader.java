package org.fdistill.weights;

import java.nio.ByteBuffer;

/** Turns stored numbers into float32. */
final class FloatReader {
  private final ElementType type;

  FloatReader(ElementType type) {
    this.type = type;
  }

  /**
   * Converts the next numbers of a buffer, in its byte order; the buffer's position stays.
   *
   * @param out receives count values from index {@code at} on
   */
  void read(ByteBuffer in, float[] out, int at, int count) {
    int start = in.position();
    // One loop a type: the choice stays outside of it.
    switch (type) {
      case FLOAT32 -> in.asFloatBuffer().get(out, at, count);
      case FLOAT64 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = (float) in.getDouble(start + Double.BYTES * i);
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = half(in.getShort(start + Short.BYTES * i));
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = Float.intBitsToFloat(in.getShort(start + Short.BYTES * i) << 16);
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = whole(in, start + type.bytes() * i);
        }
      }
    }
  }

  private long whole(ByteBuffer in, int at) {
    return switch (type) {
      case INT64 -> in.getLong(at);
      case INT32 -> in.getInt(at);
      case INT16 -> in.getShort(at);
      case INT8 -> in.get(at);
      default -> in.get(at) & 0xFF;
    };
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
}
