package org.fdistill.data.tfrecord;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;

/**
 * Reads one TFRecord file that is compressed with gzip. Offsets are those in what it holds; what
 * lies before one is decompressed each time.
 */
public final class CompressedRecords {
  private static final int BUFFER = 1 << 16;

  private CompressedRecords() {}

  /**
   * Whether a file starts as gzip's do, and not with a record whose length looks like it. One that
   * cannot be read does not.
   */
  public static boolean isCompressed(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(RecordFraming.HEADER);
      return start.length > 1
          && start[0] == 0x1f
          && start[1] == (byte) 0x8b
          && !(start.length == RecordFraming.HEADER && RecordFraming.isHeader(start));
    } catch (IOException e) {
      return false; // Who reads it next says why.
    }
  }

  /**
   * Where each record starts, and where the last one ends.
   *
   * @return one number more than there are records
   * @throws UserError where the file is damaged, cut short or holds no TFRecords
   */
  public static long[] bounds(Path file) {
    LongStream.Builder bounds = LongStream.builder();
    long at = 0;
    int count = 0;
    try (InputStream in = open(file)) {
      byte[] header = new byte[RecordFraming.HEADER];
      for (int got = in.readNBytes(header, 0, header.length); got > 0; count++) {
        bounds.add(at);
        long length =
            got == header.length && RecordFraming.isHeader(header)
                ? RecordFraming.length(header)
                : -1;
        if (length < 0) {
          throw UserError.input(
              "%s, decompressed, is no TFRecord file: no record starts at byte %d. Make it again."
                  .formatted(file, at));
        }
        in.skipNBytes(length + RecordFraming.FOOTER);
        at += RecordFraming.HEADER + length + RecordFraming.FOOTER;
        got = in.readNBytes(header, 0, header.length);
      }
      return bounds.add(at).build().toArray();
    } catch (EOFException e) {
      throw damaged(file, "is cut short: it ends within record " + count, e);
    } catch (ZipException e) {
      throw damaged(file, "is damaged after record " + count + ": " + e.getMessage(), e);
    } catch (IOException e) {
      String reason = FileTrouble.of(e).reason();
      throw new UserError(UserError.Kind.INPUT, "Cannot read %s: %s.".formatted(file, reason), e);
    }
  }

  private static UserError damaged(Path file, String how, IOException e) {
    return new UserError(UserError.Kind.INPUT, file + " " + how + ". Copy it again.", e);
  }

  /**
   * The data of the record that starts at a byte of what the file holds.
   *
   * @throws IOException where it is not whole
   */
  public static byte[] read(Path file, long offset) throws IOException {
    try (InputStream in = open(file)) {
      in.skipNBytes(offset);
      byte[] header = in.readNBytes(RecordFraming.HEADER);
      boolean whole = header.length == RecordFraming.HEADER && RecordFraming.isHeader(header);
      long length = whole ? RecordFraming.length(header) : -1;
      if (length < 0 || length > Integer.MAX_VALUE - BUFFER) {
        throw new IOException("no record starts at byte " + offset);
      }
      byte[] data = in.readNBytes((int) length + RecordFraming.FOOTER);
      if (data.length < length + RecordFraming.FOOTER) {
        throw new IOException("the record at byte " + offset + " is cut short");
      }
      if (!RecordFraming.dataAreWhole(data, (int) length)) {
        throw new IOException("the data of the record at byte " + offset + " are damaged");
      }
      return Arrays.copyOf(data, (int) length);
    }
  }

  private static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file), BUFFER), BUFFER);
  }
}
