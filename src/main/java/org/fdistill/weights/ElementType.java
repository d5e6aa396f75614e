package org.fdistill.weights;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;

/** How one number of a tensor is stored, and what each format of files calls that. */
public enum ElementType {
  /** IEEE double precision. */
  FLOAT64(8, true, "DoubleStorage", "F64", "f8"),
  /** IEEE single precision. */
  FLOAT32(4, true, "FloatStorage", "F32", "f4"),
  /** IEEE half precision. */
  FLOAT16(2, true, "HalfStorage", "F16", "f2"),
  /** The upper half of a float32; ml_dtypes writes it as 2 bytes of no meaning to NumPy. */
  BFLOAT16(2, true, "BFloat16Storage", "BF16", "V2"),
  /** Signed, 64 bits. */
  INT64(8, false, "LongStorage", "I64", "i8"),
  /** Signed, 32 bits. */
  INT32(4, false, "IntStorage", "I32", "i4"),
  /** Signed, 16 bits. */
  INT16(2, false, "ShortStorage", "I16", "i2"),
  /** Signed, 8 bits. */
  INT8(1, false, "CharStorage", "I8", "i1"),
  /** Unsigned, 8 bits. */
  UINT8(1, false, "ByteStorage", "U8", "u1"),
  /** A byte, 0 or 1. */
  BOOL(1, false, "BoolStorage", "BOOL", "b1");

  private final int bytes;
  private final boolean floating;
  private final String torchStorage;
  private final String safetensors;
  private final String numpy;

  ElementType(int bytes, boolean floating, String torchStorage, String safetensors, String numpy) {
    this.bytes = bytes;
    this.floating = floating;
    this.torchStorage = torchStorage;
    this.safetensors = safetensors;
    this.numpy = numpy;
  }

  /** The type of a class of PyTorch's storages, without its module; null where it is unknown. */
  static ElementType ofTorchStorage(String className) {
    return find(className, type -> type.torchStorage);
  }

  /** The type of a {@code torch.dtype}, such as {@code float32}; null where it is not read. */
  static ElementType ofTorchDtype(String name) {
    return find(name, ElementType::toString);
  }

  /** The type that safetensors calls so; null where it is not read. */
  static ElementType ofSafetensors(String name) {
    return find(name, type -> type.safetensors);
  }

  /** The type that NumPy calls so, without the byte order; null where it is not read. */
  static ElementType ofNumpy(String name) {
    return find(name, type -> type.numpy);
  }

  private static ElementType find(String name, Function<ElementType, String> names) {
    return Arrays.stream(values())
        .filter(t -> names.apply(t).equals(name))
        .findFirst()
        .orElse(null);
  }

  /** Bytes of a number. */
  public int bytes() {
    return bytes;
  }

  /** Whether it can be a weight. */
  public boolean isFloating() {
    return floating;
  }

  /** As PyTorch and NumPy write it, such as {@code float32}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
