package org.fdistill.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FloatReaderTest {
  /** IEEE 754: (-1)^s * 2^(e - 15) * (1 + f / 1024), without the 1 where e = 0. */
  private static double byDefinition(int bits) {
    int exponent = bits >> 10 & 0x1F;
    double fraction = (bits & 0x3FF) / 1024.0;
    double magnitude =
        exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
    return bits >= 0x8000 ? -magnitude : magnitude;
  }

  @Test
  void everyHalfIsExact() {
    List<Integer> wrong = new ArrayList<>();
    for (int bits = 0; bits < 1 << 16; bits++) {
      if ((bits >> 10 & 0x1F) != 0x1F) {
        int expected = Float.floatToRawIntBits((float) byDefinition(bits));
        if (Float.floatToRawIntBits(FloatReader.half((short) bits)) != expected) {
          wrong.add(bits);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void halvesThatAreNoNumbersStaySo() {
    assertThat(FloatReader.half((short) 0x7C00)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(FloatReader.half((short) 0xFC00)).isEqualTo(Float.NEGATIVE_INFINITY);
    for (int nan : new int[] {0x7C01, 0x7E00, 0x7FFF, 0xFC01, 0xFFFF}) {
      assertThat(FloatReader.half((short) nan)).isNaN();
    }
  }

  @Test
  void moreThanOneChunkIsReadInTheByteOrderOfTheBuffer() {
    int count = 10_000;
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      ByteBuffer shorts = ByteBuffer.allocate(2 * count).order(order);
      ByteBuffer doubles = ByteBuffer.allocate(8 * count).order(order);
      for (int i = 0; i < count; i++) {
        shorts.putShort((short) i);
        doubles.putDouble(i / 4.0);
      }
      float[] out = new float[count + 1];
      new FloatReader(ElementType.INT16).read(shorts.flip(), out, 1, count);
      assertThat(out).startsWith(0, 0, 1, 2).endsWith(9998, 9999);
      new FloatReader(ElementType.FLOAT64).read(doubles.flip(), out, 1, count);
      assertThat(out).startsWith(0, 0, 0.25f, 0.5f).endsWith(9998 / 4f, 9999 / 4f);
    }
  }
}
