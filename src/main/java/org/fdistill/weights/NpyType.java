package org.fdistill.weights;

import java.nio.ByteOrder;
import java.util.Map;

/** A type of numbers as NumPy describes it, such as {@code <f4}. */
record NpyType(NumberFormat numbers, ByteOrder order) {
  /** Without the byte order. ml_dtypes writes bfloat16 as 2 bytes of no meaning. */
  private static final Map<String, NumberFormat> FORMATS =
      Map.of(
          "f8", NumberFormat.FLOAT64,
          "f4", NumberFormat.FLOAT32,
          "f2", NumberFormat.FLOAT16,
          "V2", NumberFormat.BFLOAT16,
          "i8", NumberFormat.INT64,
          "i4", NumberFormat.INT32,
          "i2", NumberFormat.INT16,
          "i1", NumberFormat.INT8,
          "u1", NumberFormat.UINT8,
          "b1", NumberFormat.BOOL);

  /** The type of a description; null where it is none that is read. */
  static NpyType of(String description) {
    NumberFormat numbers = description.isEmpty() ? null : FORMATS.get(description.substring(1));
    if (numbers == null || "<>|=".indexOf(description.charAt(0)) < 0) {
      return null;
    }
    boolean big = description.charAt(0) == '>';
    return new NpyType(numbers, big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  Layout layout(long[] shape, boolean columnMajor) {
    long[] strides = columnMajor ? Layout.columnMajorStrides(shape) : Layout.rowMajorStrides(shape);
    return new Layout(shape, strides, numbers, order);
  }
}
