package org.fdistill.weights;

import java.util.Map;

/** PyTorch's names of number formats. */
final class TorchTypes {
  /** Classes of storages, without their module. */
  private static final Map<String, NumberFormat> STORAGES =
      Map.of(
          "DoubleStorage", NumberFormat.FLOAT64,
          "FloatStorage", NumberFormat.FLOAT32,
          "HalfStorage", NumberFormat.FLOAT16,
          "BFloat16Storage", NumberFormat.BFLOAT16,
          "LongStorage", NumberFormat.INT64,
          "IntStorage", NumberFormat.INT32,
          "ShortStorage", NumberFormat.INT16,
          "CharStorage", NumberFormat.INT8,
          "ByteStorage", NumberFormat.UINT8,
          "BoolStorage", NumberFormat.BOOL);

  private static final Map<String, NumberFormat> DTYPES =
      Map.of(
          "float64", NumberFormat.FLOAT64,
          "float32", NumberFormat.FLOAT32,
          "float16", NumberFormat.FLOAT16,
          "bfloat16", NumberFormat.BFLOAT16,
          "int64", NumberFormat.INT64,
          "int32", NumberFormat.INT32,
          "int16", NumberFormat.INT16,
          "int8", NumberFormat.INT8,
          "uint8", NumberFormat.UINT8,
          "bool", NumberFormat.BOOL);

  /**
   * The class of a storage, as a pickle names it.
   *
   * @param numbers null for plain bytes
   */
  record StorageType(String name, NumberFormat numbers) {
    /** Bytes of one of its elements. */
    int elementBytes() {
      return numbers == null ? 1 : numbers.bytes();
    }
  }

  /** A {@code torch.dtype}, known or not. */
  record Dtype(String name) {
    @Override
    public String toString() {
      return "torch." + name;
    }
  }

  private TorchTypes() {}

  /** The format of a storage class; null where it is unknown or of plain bytes. */
  static NumberFormat ofStorage(String className) {
    return STORAGES.get(className);
  }

  /** The format of a dtype; null where it is none that is read. */
  static NumberFormat ofDtype(Dtype type) {
    return DTYPES.get(type.name());
  }
}
