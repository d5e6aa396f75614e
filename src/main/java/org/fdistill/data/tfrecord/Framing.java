package org.fdistill.data.tfrecord;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The bytes around a record's data. */
final class Framing {
  /** Length and its checksum. */
  static final int HEADER = Long.BYTES + Integer.BYTES;

  /** Checksum of the data. */
  static final int FOOTER = Integer.BYTES;

  private static final int MASK_DELTA = 0xa282ead8;

  private Framing() {}

  /** TFRecord's masked CRC-32C of the first bytes: rotated right by 15 bits, plus a constant. */
  static int maskedCrc(byte[] data, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }

  /** The header of a record with {@code length} bytes of data. */
  static byte[] header(long length) {
    byte[] header = new byte[HEADER];
    littleEndian(header).putLong(length);
    littleEndian(header).putInt(Long.BYTES, maskedCrc(header, Long.BYTES));
    return header;
  }

  /** The footer of a record. */
  static byte[] footer(byte[] data) {
    byte[] footer = new byte[FOOTER];
    littleEndian(footer).putInt(maskedCrc(data, data.length));
    return footer;
  }

  /** Whether these are a length and its checksum. */
  static boolean isHeader(byte[] header) {
    return littleEndian(header).getInt(Long.BYTES) == maskedCrc(header, Long.BYTES);
  }

  /** The length that a header states, unsigned. */
  static long length(byte[] header) {
    return littleEndian(header).getLong();
  }

  /** Whether the footer that follows {@code length} bytes of data fits them. */
  static boolean dataAreWhole(byte[] dataAndFooter, int length) {
    return littleEndian(dataAndFooter).getInt(length) == maskedCrc(dataAndFooter, length);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
