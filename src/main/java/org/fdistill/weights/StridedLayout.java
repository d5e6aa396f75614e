package org.fdistill.weights;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalLong;

/** How a tensor's numbers lie in memory. */
final class StridedLayout {
  /** NumPy's and PyTorch's own limit of dimensions. */
  static final int MAX_RANK = 64;

  private final long[] shape;
  private final long[] strides;
  private final ElementType elementType;
  private final ByteOrder order;

  /**
   * A layout of numbers of one type; that it lies inside of its storage is for the caller to check.
   *
   * @param shape sizes, none below 0
   * @param strides how many numbers lie between neighbours along each dimension, none below 0
   */
  StridedLayout(long[] shape, long[] strides, ElementType elementType, ByteOrder order) {
    this.shape = shape;
    this.strides = strides;
    this.elementType = elementType;
    this.order = order;
  }

  /** Row-major and little-endian. */
  static StridedLayout rowMajor(long[] shape, ElementType elementType) {
    return new StridedLayout(shape, rowMajorStrides(shape), elementType, ByteOrder.LITTLE_ENDIAN);
  }

  static long[] rowMajorStrides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      // An overflow is found by elements(), which everyone asks first.
      stride *= Math.max(1, shape[i]);
    }
    return strides;
  }

  static long[] columnMajorStrides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = 0; i < shape.length; i++) {
      strides[i] = stride;
      stride *= Math.max(1, shape[i]);
    }
    return strides;
  }

  long[] shape() {
    return shape;
  }

  long stride(int axis) {
    return strides[axis];
  }

  /** Of one of the tensors that lie along the first axis. */
  StridedLayout withoutFirstAxis() {
    return new StridedLayout(
        Arrays.copyOfRange(shape, 1, shape.length),
        Arrays.copyOfRange(strides, 1, strides.length),
        elementType,
        order);
  }

  /** Of the first of the tensors that lie along the first axis. */
  StridedLayout withFirstSize(long count) {
    long[] sizes = shape.clone();
    sizes[0] = count;
    return new StridedLayout(sizes, strides, elementType, order);
  }

  ElementType elementType() {
    return elementType;
  }

  ByteOrder order() {
    return order;
  }

  /**
   * The product of some sizes; empty where it does not fit into 63 bits, a size is negative, or
   * there are more than {@link #MAX_RANK}.
   */
  static OptionalLong elements(long[] shape) {
    if (shape.length > MAX_RANK) {
      return OptionalLong.empty();
    }
    long elements = 1;
    for (long size : shape) {
      if (size < 0 || (size > 0 && elements > Long.MAX_VALUE / size)) {
        return OptionalLong.empty();
      }
      elements *= size;
    }
    return OptionalLong.of(elements);
  }

  /** Numbers from the first to the last, both included; empty where that overflows. */
  OptionalLong span() {
    if (Arrays.stream(shape).anyMatch(size -> size == 0)) {
      return OptionalLong.of(0);
    }
    try {
      long last = 0;
      for (int i = 0; i < shape.length; i++) {
        last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
      }
      return OptionalLong.of(Math.addExact(last, 1));
    } catch (ArithmeticException e) {
      return OptionalLong.empty();
    }
  }

  boolean isRowMajor() {
    long[] expected = rowMajorStrides(shape);
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] > 1 && strides[i] != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /** Picks the tensor's values, row-major, from all numbers of its span. */
  float[] gather(float[] span, int elements) {
    float[] values = new float[elements];
    int[] index = new int[shape.length];
    int at = 0;
    for (int i = 0; i < elements; i++) {
      values[i] = span[at];
      // Counts up as an odometer does.
      for (int d = shape.length - 1; d >= 0; d--) {
        at += (int) strides[d];
        if (++index[d] < shape[d]) {
          break;
        }
        at -= (int) (strides[d] * shape[d]);
        index[d] = 0;
      }
    }
    return values;
  }
}
