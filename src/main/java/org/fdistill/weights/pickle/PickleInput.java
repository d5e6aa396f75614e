package org.fdistill.weights.pickle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle. No length that it states is believed before it is checked. */
public final class PickleInput {
  /** Where bytes come from. */
  @FunctionalInterface
  public interface Source {
    /** Exactly count bytes from a position on. */
    ByteBuffer window(long from, int count);
  }

  private static final int BUFFER = 1 << 16;
  private static final int MAX_LINE = 1 << 10;

  private final Source source;
  private final long end;
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private long bufferEnd;

  /**
   * Reads from a source, a buffer at a time.
   *
   * @param start its first byte
   * @param end where the source ends; the pickle may end before
   */
  public PickleInput(Source source, long start, long end) {
    this.source = source;
    this.bufferEnd = start;
    this.end = end;
  }

  /** The byte that is read next. */
  public long position() {
    return bufferEnd - buffer.remaining();
  }

  long remaining() {
    return end - position();
  }

  int readByte() {
    return need(1).get() & 0xFF;
  }

  int readShort() {
    return need(2).getShort() & 0xFFFF;
  }

  int readInt() {
    return need(4).getInt();
  }

  long readUnsignedInt() {
    return Integer.toUnsignedLong(readInt());
  }

  long readLong() {
    return need(8).getLong();
  }

  double readBigEndianDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(readLong()));
  }

  byte[] readBytes(long count) {
    if (count < 0 || count > remaining()) {
      throw new MalformedPickleException(
          "%s bytes are announced at byte %d, but %d are left"
              .formatted(Long.toUnsignedString(count), position(), remaining()));
    }
    if (count > Integer.MAX_VALUE - 8) {
      throw new RefusedPickleException("it holds a value of " + count + " bytes");
    }
    byte[] bytes = new byte[(int) count];
    int ready = Math.min(bytes.length, buffer.remaining());
    buffer.get(bytes, 0, ready);
    if (ready < bytes.length) {
      int rest = bytes.length - ready;
      source.window(bufferEnd, rest).get(bytes, ready, rest);
      bufferEnd += rest;
    }
    return bytes;
  }

  String readText(long count) {
    return new String(readBytes(count), StandardCharsets.UTF_8);
  }

  /** A line of the opcodes that spell names and numbers out. */
  String readLine() {
    StringBuilder line = new StringBuilder();
    for (int c = readByte(); c != '\n'; c = readByte()) {
      if (line.length() == MAX_LINE) {
        throw new MalformedPickleException(
            "a name at byte %d does not end".formatted(position() - MAX_LINE));
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private ByteBuffer need(int count) {
    if (buffer.remaining() < count) {
      long from = position();
      if (end - from < count) {
        throw new MalformedPickleException("it ends in the middle, at byte " + end);
      }
      int size = (int) Math.min(BUFFER, end - from);
      buffer = source.window(from, size).order(ByteOrder.LITTLE_ENDIAN);
      bufferEnd = from + size;
    }
    return buffer;
  }
}
