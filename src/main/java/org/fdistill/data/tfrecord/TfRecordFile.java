package org.fdistill.data.tfrecord;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;

/** Reads one uncompressed TFRecord file. */
public final class TfRecordFile {
  private TfRecordFile() {}

  /**
   * Where each record starts, from the records' headers alone, and where the last one ends.
   *
   * @return one number more than there are records
   * @throws UserError where the file is missing, compressed, cut short or no TFRecord file
   */
  public static long[] bounds(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      return bounds(file, channel);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT, "Cannot read " + file + ": " + reason(file, e) + ".", e);
    }
  }

  private static long[] bounds(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    LongStream.Builder bounds = LongStream.builder();
    byte[] header = new byte[RecordFraming.HEADER];
    long at = 0;
    for (int count = 0; at < size; count++) {
      bounds.add(at);
      long length = length(file, channel, header, at, count);
      long left = size - at - RecordFraming.HEADER - RecordFraming.FOOTER;
      if (length < 0 || length > left) {
        throw UserError.input(
            "%s is cut short: record %d ends at byte %s, the file at byte %d. Copy it again."
                .formatted(file, count, end(at, length), size));
      }
      at += RecordFraming.HEADER + length + RecordFraming.FOOTER;
    }
    return bounds.add(at).build().toArray();
  }

  /** Where a record ends, by a length that is unsigned and may be absurd. */
  private static BigInteger end(long at, long length) {
    return new BigInteger(Long.toUnsignedString(length))
        .add(BigInteger.valueOf(at + RecordFraming.HEADER + RecordFraming.FOOTER));
  }

  /** The length that the header at a byte states. */
  private static long length(Path file, FileChannel channel, byte[] header, long at, int record)
      throws IOException {
    if (!fill(channel, header, at)) {
      throw UserError.input(
          "%s is cut short: record %d has no whole header at byte %d. Copy it again."
              .formatted(file, record, at));
    }
    if (!RecordFraming.isHeader(header)) {
      throw UserError.input(notRecords(file, record, at, header));
    }
    return RecordFraming.length(header);
  }

  private static String notRecords(Path file, int record, long at, byte[] start) {
    if (record > 0) {
      return "%s is damaged: the header of record %d at byte %d has a wrong checksum. Copy it again."
          .formatted(file, record, at);
    }
    boolean gzip = start[0] == (byte) 0x1f && start[1] == (byte) 0x8b;
    boolean zlib = start[0] == 0x78 && ((start[0] << 8) + (start[1] & 0xff)) % 31 == 0;
    if (gzip) {
      return file
          + " is compressed with gzip; records are read in random order, which needs plain TFRecord"
          + " files. Set order: BLOCKS, which reads compressed files from front to back, or"
          + " decompress it: gunzip -S '' < FILE > NEW_FILE.";
    }
    if (zlib) {
      return file
          + " is compressed with zlib, which is not read. Write the set again without compression,"
          + " or with gzip and read it with order: BLOCKS.";
    }
    if (file.toString().endsWith(".tar")) {
      return file + " is not a TFRecord file. Name tar files in tar { path: ... }.";
    }
    return file + " is not a TFRecord file: its first 12 bytes are no record header.";
  }

  /**
   * The data of the record that starts at a byte.
   *
   * @throws IOException where it is not whole
   */
  public static byte[] read(Path file, long offset) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      byte[] header = new byte[RecordFraming.HEADER];
      if (!fill(channel, header, offset)) {
        throw new IOException("the file ends before byte " + (offset + RecordFraming.HEADER));
      }
      long length = RecordFraming.isHeader(header) ? RecordFraming.length(header) : -1;
      if (length < 0
          || length > Math.min(channel.size(), Integer.MAX_VALUE - RecordFraming.HEADER)) {
        throw new IOException("no record starts at byte " + offset);
      }
      return data(channel, offset, (int) length);
    }
  }

  private static byte[] data(FileChannel channel, long offset, int length) throws IOException {
    byte[] data = new byte[length + RecordFraming.FOOTER];
    if (!fill(channel, data, offset + RecordFraming.HEADER)) {
      throw new IOException("the record at byte " + offset + " is cut short");
    }
    if (!RecordFraming.dataAreWhole(data, length)) {
      throw new IOException("the data of the record at byte " + offset + " are damaged");
    }
    return Arrays.copyOf(data, length);
  }

  private static boolean fill(FileChannel channel, byte[] bytes, long at) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  private static String reason(Path file, IOException e) {
    if (Files.isDirectory(file)) {
      return "it is a folder; name files, such as " + file + "/*.tfrecord";
    }
    return e instanceof NoSuchFileException ? "no such file" : FileTrouble.of(e).reason();
  }
}
