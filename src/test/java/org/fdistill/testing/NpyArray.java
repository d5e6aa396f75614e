package org.fdistill.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One numpy array in row-major order: float32, float64, int32, int64 or uint8. */
public final class NpyArray {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "'descr': '([^']+)'.*'fortran_order': (True|False).*'shape': \\(([^)]*)\\)",
          Pattern.DOTALL);

  private final String type;
  private final long[] shape;
  private final ByteBuffer data;

  private NpyArray(String type, long[] shape, ByteBuffer data) {
    this.type = type;
    this.shape = shape;
    this.data = data.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** An array of float32. */
  public static NpyArray of(float[] values, long... shape) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    NpyArray array = new NpyArray("<f4", shape.clone(), data);
    if (array.size() != values.length) {
      throw new IllegalArgumentException(
          values.length + " values for shape " + Arrays.toString(shape));
    }
    return array;
  }

  /** Parses the bytes of an .npy file. */
  static NpyArray parse(byte[] file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    in.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IOException("not an .npy file");
    }
    int major = in.get();
    in.get();
    byte[] text = new byte[major == 1 ? in.getShort() & 0xFFFF : in.getInt()];
    in.get(text);
    String header = new String(text, StandardCharsets.UTF_8);
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.find() || matcher.group(2).equals("True")) {
      throw new IOException("unsupported .npy header: " + header);
    }
    return new NpyArray(matcher.group(1), shapeOf(matcher.group(3)), in.slice());
  }

  /** The bytes of an .npy file. */
  byte[] toBytes() {
    String dimensions =
        Arrays.stream(shape).mapToObj(d -> d + ",").collect(Collectors.joining(" "));
    String header =
        "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + dimensions + "), }";
    int unpadded = MAGIC.length + 4 + header.length() + 1;
    String padded = header + " ".repeat((64 - unpadded % 64) % 64) + "\n";
    ByteBuffer out =
        ByteBuffer.allocate(MAGIC.length + 4 + padded.length() + data.capacity())
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) padded.length());
    out.put(padded.getBytes(StandardCharsets.US_ASCII)).put(data.duplicate().rewind());
    return out.array();
  }

  private static long[] shapeOf(String tuple) {
    return Arrays.stream(tuple.split(","))
        .map(String::strip)
        .filter(d -> !d.isEmpty())
        .mapToLong(Long::parseLong)
        .toArray();
  }

  /** The dimensions; none for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public int size() {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  /** All elements of a float32 array. */
  public float[] floats() {
    require("<f4");
    float[] values = new float[size()];
    data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** All elements of a float32 or float64 array. */
  public double[] doubles() {
    double[] values = new double[size()];
    if (type.equals("<f4")) {
      Arrays.setAll(values, i -> data.getFloat(4 * i));
    } else {
      require("<f8");
      Arrays.setAll(values, i -> data.getDouble(8 * i));
    }
    return values;
  }

  /** All elements of an int32 array. */
  public int[] ints() {
    require("<i4");
    int[] values = new int[size()];
    Arrays.setAll(values, i -> data.getInt(4 * i));
    return values;
  }

  /** All elements of an int64 or int32 array. */
  public long[] longs() {
    long[] values = new long[size()];
    if (type.equals("<i4")) {
      Arrays.setAll(values, i -> data.getInt(4 * i));
    } else {
      require("<i8");
      Arrays.setAll(values, i -> data.getLong(8 * i));
    }
    return values;
  }

  /** All elements of a uint8 array. */
  public byte[] bytes() {
    require("|u1");
    byte[] values = new byte[size()];
    data.duplicate().get(values);
    return values;
  }

  /** The element of a float array with one element. */
  public double scalar() {
    if (size() != 1) {
      throw new IllegalStateException("shape " + Arrays.toString(shape) + " is not a scalar");
    }
    return doubles()[0];
  }

  private void require(String wanted) {
    if (!type.equals(wanted)) {
      throw new IllegalStateException("array holds " + type + ", asked for " + wanted);
    }
  }
}
