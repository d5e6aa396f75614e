package org.fdistill.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.fdistill.config.UserError;

/**
 * What an entry of a zip file inflates to. Going back to an earlier byte starts from the beginning
 * again.
 */
final class InflatedRegion implements Region {
  private static final int CHUNK = 1 << 15;

  private final SourceFile file;
  private final ZipMember member;
  private final Region stored;
  private final CRC32 crc = new CRC32();
  private Inflater inflater;
  private long consumed;
  private long position;

  InflatedRegion(SourceFile file, ZipMember member, Region stored) {
    this.file = file;
    this.member = member;
    this.stored = stored;
  }

  @Override
  public long length() {
    return member.size();
  }

  @Override
  public ByteBuffer window(long from, int count) {
    Objects.checkFromIndexSize(from, count, length());
    if (inflater == null || from < position) {
      restart();
    }
    try {
      ByteBuffer skipped = ByteBuffer.allocate((int) Math.min(CHUNK, from - position));
      while (position < from) {
        fill(skipped.clear().limit((int) Math.min(skipped.capacity(), from - position)));
      }
      ByteBuffer window = ByteBuffer.allocate(count);
      fill(window);
      if (position == length()) {
        checkEnd();
      }
      return window.flip().order(ByteOrder.LITTLE_ENDIAN);
    } catch (DataFormatException e) {
      throw damaged("its compressed data are broken");
    }
  }

  private void restart() {
    release();
    inflater = new Inflater(true);
    crc.reset();
    consumed = 0;
    position = 0;
  }

  private void fill(ByteBuffer out) throws DataFormatException {
    int start = out.position();
    while (out.hasRemaining()) {
      if (inflater.inflate(out) == 0) {
        feed();
      }
    }
    position += out.position() - start;
    crc.update(out.duplicate().flip().position(start));
  }

  private void feed() {
    if (inflater.finished() || inflater.needsDictionary() || consumed == stored.length()) {
      throw damaged("it inflates to less than the %d bytes that it states".formatted(length()));
    }
    int count = (int) Math.min(CHUNK, stored.length() - consumed);
    inflater.setInput(stored.window(consumed, count));
    consumed += count;
  }

  /** At the last byte: nothing may follow, and the checksum must fit. */
  private void checkEnd() throws DataFormatException {
    byte[] more = new byte[1];
    while (!inflater.finished() && inflater.inflate(more) == 0) {
      if (inflater.needsDictionary() || consumed == stored.length()) {
        break;
      }
      feed();
    }
    if (!inflater.finished() || inflater.getBytesWritten() != length()) {
      throw damaged("it does not end after the %d bytes that it states".formatted(length()));
    }
    if (crc.getValue() != member.crc()) {
      throw damaged("its checksum is wrong");
    }
  }

  private UserError damaged(String what) {
    return file.damaged("entry %s: %s".formatted(member.name(), what));
  }

  @Override
  public void release() {
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
  }
}
