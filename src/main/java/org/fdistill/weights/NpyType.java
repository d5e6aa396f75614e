package org.fdistill.weights;

import java.nio.ByteOrder;

/** A type of numbers as NumPy describes it, such as {@code <f4}. */
record NpyType(ElementType elementType, ByteOrder order) {
  /** The type of a description; null where it is none that is read. */
  static NpyType of(String description) {
    ElementType type = description.isEmpty() ? null : ElementType.ofNumpy(description.substring(1));
    if (type == null || "<>|=".indexOf(description.charAt(0)) < 0) {
      return null;
    }
    boolean big = description.charAt(0) == '>';
    return new NpyType(type, big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  StridedLayout layout(long[] shape, boolean columnMajor) {
    long[] strides =
        columnMajor
            ? StridedLayout.columnMajorStrides(shape)
            : StridedLayout.rowMajorStrides(shape);
    return new StridedLayout(shape, strides, elementType, order);
  }
}
