package org.fdistill.weights;

/** The formats of numbers that archives hold. */
public enum NumberFormat {
  /** IEEE double precision. */
  FLOAT64(8, true),
  /** IEEE single precision. */
  FLOAT32(4, true),
  /** IEEE half precision. */
  FLOAT16(2, true),
  /** The upper half of a float32. */
  BFLOAT16(2, true),
  /** Signed, 64 bits. */
  INT64(8, false),
  /** Signed, 32 bits. */
  INT32(4, false),
  /** Signed, 16 bits. */
  INT16(2, false),
  /** Signed, 8 bits. */
  INT8(1, false),
  /** Unsigned, 8 bits. */
  UINT8(1, false),
  /** A byte, 0 or 1. */
  BOOL(1, false);

  private final int bytes;
  private final boolean floating;

  NumberFormat(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  /** Bytes of a number. */
  public int bytes() {
    return bytes;
  }

  /** Whether it can be a weight. */
  public boolean isFloating() {
    return floating;
  }
}
