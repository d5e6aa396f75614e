package org.fdistill.data.tfrecord;

import java.io.IOException;
import java.io.OutputStream;

/** Writes records to a stream that grows, such as a log. */
public final class TfRecordStream {
  private TfRecordStream() {}

  /** Bytes of a record in a file, for so many bytes of data. */
  public static long bytes(long data) {
    return RecordFraming.HEADER + data + RecordFraming.FOOTER;
  }

  /**
   * Appends a record in one write, so that a reader of a growing file rarely meets a part of one.
   */
  public static void write(OutputStream out, byte[] data) throws IOException {
    byte[] record = new byte[RecordFraming.HEADER + data.length + RecordFraming.FOOTER];
    System.arraycopy(RecordFraming.header(data.length), 0, record, 0, RecordFraming.HEADER);
    System.arraycopy(data, 0, record, RecordFraming.HEADER, data.length);
    System.arraycopy(
        RecordFraming.footer(data),
        0,
        record,
        RecordFraming.HEADER + data.length,
        RecordFraming.FOOTER);
    out.write(record);
  }
}
