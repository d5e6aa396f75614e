package org.fdistill.graph;

import java.util.zip.CRC32C;

/** The checksum of TensorFlow's files: records, tables and bundles. */
public final class MaskedCrc {
  private static final int DELTA = 0xa282ead8;

  private MaskedCrc() {}

  /** CRC-32C of some bytes, rotated right by 15 bits, plus a constant. */
  public static int of(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return mask((int) crc.getValue());
  }

  /** A CRC-32C as TensorFlow writes it. */
  static int mask(int crc) {
    return Integer.rotateRight(crc, 15) + DELTA;
  }
}
