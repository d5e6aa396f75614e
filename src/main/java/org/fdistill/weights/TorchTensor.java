package org.fdistill.weights;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalLong;
import org.fdistill.weights.pickle.MalformedPickleException;
import org.fdistill.weights.pickle.NumpyArray;
import org.fdistill.weights.pickle.Tuple;

/** A tensor in a pickle of PyTorch's: a view of a storage, checked to lie inside of it. */
final class TorchTensor {
  private final TorchStorage storage;
  private final ElementType elementType;
  private final long offset;
  private final long[] shape;
  private final long[] strides;

  private TorchTensor(
      TorchStorage storage, ElementType elementType, long offset, long[] shape, long[] strides) {
    this.storage = storage;
    this.elementType = elementType;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  /** Reads (storage, offset, shape, strides, ...). */
  static TorchTensor of(Tuple arguments) {
    TorchStorage storage = arguments.get(0, TorchStorage.class);
    if (storage.elementType() == null) {
      throw new MalformedPickleException(
          "a tensor of storage %s has no type of numbers".formatted(storage.key()));
    }
    return of(arguments, storage.elementType());
  }

  /** The same, where the type of the numbers is given apart. */
  static TorchTensor of(Tuple arguments, ElementType elementType) {
    TorchTensor tensor =
        new TorchTensor(
            arguments.get(0, TorchStorage.class),
            elementType,
            arguments.getLong(1),
            NumpyArray.shape(arguments.get(2, Tuple.class)),
            NumpyArray.shape(arguments.get(3, Tuple.class)));
    tensor.check();
    return tensor;
  }

  private void check() {
    boolean negative = offset < 0 || Arrays.stream(strides).anyMatch(stride -> stride < 0);
    if (negative || shape.length != strides.length || StridedLayout.elements(shape).isEmpty()) {
      throw new MalformedPickleException("a tensor is impossible: " + this);
    }
    OptionalLong span =
        new StridedLayout(shape, strides, elementType, ByteOrder.LITTLE_ENDIAN).span();
    long stored = storage.bytes() / elementType.bytes();
    if (span.isEmpty()
        || (span.getAsLong() > 0 && (offset > stored || span.getAsLong() > stored - offset))) {
      throw new MalformedPickleException(
          "a tensor reaches beyond its storage of %d numbers: %s".formatted(stored, this));
    }
  }

  TorchStorage storage() {
    return storage;
  }

  ElementType elementType() {
    return elementType;
  }

  /** Numbers of its storage before its first. */
  long offset() {
    return offset;
  }

  long[] shape() {
    return shape;
  }

  long[] strides() {
    return strides;
  }

  @Override
  public String toString() {
    return "storage %s, offset %d, shape %s, strides %s"
        .formatted(storage.key(), offset, Arrays.toString(shape), Arrays.toString(strides));
  }
}
