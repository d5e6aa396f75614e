package org.fdistill.data.tfrecord;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.fdistill.graph.MaskedCrc;

/** The bytes around a record's data. */
final class RecordFraming {
  /** Length and its checksum. */
  static final int HEADER = Long.BYTES + Integer.BYTES;

  /** Checksum of the data. */
  static final int FOOTER = Integer.BYTES;

  private RecordFraming() {}

  /** The header of a record with {@code length} bytes of data. */
  static byte[] header(long length) {
    byte[] header = new byte[HEADER];
    littleEndian(header).putLong(length);
    littleEndian(header).putInt(Long.BYTES, MaskedCrc.of(header, 0, Long.BYTES));
    return header;
  }

  /** The footer of a record. */
  static byte[] footer(byte[] data) {
    byte[] footer = new byte[FOOTER];
    littleEndian(footer).putInt(MaskedCrc.of(data, 0, data.length));
    return footer;
  }

  /** Whether these are a length and its checksum. */
  static boolean isHeader(byte[] header) {
    return littleEndian(header).getInt(Long.BYTES) == MaskedCrc.of(header, 0, Long.BYTES);
  }

  /** The length that a header states, unsigned. */
  static long length(byte[] header) {
    return littleEndian(header).getLong();
  }

  /** Whether the footer that follows {@code length} bytes of data fits them. */
  static boolean dataAreWhole(byte[] dataAndFooter, int length) {
    return littleEndian(dataAndFooter).getInt(length) == MaskedCrc.of(dataAndFooter, 0, length);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
