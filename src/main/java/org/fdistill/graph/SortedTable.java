package org.fdistill.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads and writes a table of sorted keys in the format of LevelDB, which TensorFlow keeps a
 * bundle's index in: blocks of entries, an index block with the place of each, and a footer with
 * the place of that. A block is followed by its kind of compression (a byte) and a masked checksum
 * of both (four bytes); its keys are stored without what they share with the key before.
 *
 * <p>Nothing is believed before its checksum was computed. See LevelDB's {@code table_format.md}.
 */
final class SortedTable {
  private static final int FOOTER = 48;
  private static final long MAGIC = 0xdb4775248b80fb57L;
  private static final int TRAILER = 5;

  /** Bytes after which a block that is written ends. */
  private static final int BLOCK = 4096;

  private final byte[] file;

  private SortedTable(byte[] file) {
    this.file = file;
  }

  /** A key and its value. */
  @SuppressWarnings("ArrayRecordComponent") // Entries are read, never compared.
  record Entry(byte[] key, byte[] value) {}

  /**
   * All entries of a table, in its order.
   *
   * @throws IOException saying what is wrong with it
   */
  static List<Entry> read(byte[] file) throws IOException {
    try {
      return new SortedTable(file).entries();
    } catch (InvalidProtocolBufferException e) { // of its varints
      throw new IOException("a number in it is cut short", e);
    }
  }

  private List<Entry> entries() throws IOException {
    if (file.length < FOOTER || littleEndian(file.length - Long.BYTES).getLong() != MAGIC) {
      throw new IOException("it does not end as a table of TensorFlow's does, or is cut short");
    }
    CodedInputStream handles = CodedInputStream.newInstance(file, file.length - FOOTER, FOOTER - 8);
    block(handles); // the block of filters, which a bundle leaves empty
    List<Entry> entries = new ArrayList<>();
    for (Entry place : entries(block(handles))) {
      entries.addAll(entries(block(CodedInputStream.newInstance(place.value()))));
    }
    requireSorted(entries);
    return entries;
  }

  private static void requireSorted(List<Entry> entries) throws IOException {
    for (int i = 1; i < entries.size(); i++) {
      if (Arrays.compareUnsigned(entries.get(i - 1).key(), entries.get(i).key()) >= 0) {
        throw new IOException("its keys are not in order");
      }
    }
  }

  /**
   * A table of some entries.
   *
   * @param entries sorted by key
   */
  static byte[] write(List<Entry> entries) throws IOException {
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    List<Entry> places = new ArrayList<>();
    for (int start = 0, end; start < entries.size(); start = end) {
      end = start;
      for (int bytes = 0; end < entries.size() && bytes < BLOCK; end++) {
        bytes += entries.get(end).key().length + entries.get(end).value().length;
      }
      byte[] place = append(table, entries.subList(start, end));
      places.add(new Entry(entries.get(end - 1).key(), place));
    }
    ByteArrayOutputStream footer = new ByteArrayOutputStream(FOOTER);
    footer.write(append(table, List.of()));
    footer.write(append(table, places));
    table.write(Arrays.copyOf(footer.toByteArray(), FOOTER - Long.BYTES));
    byte[] magic = new byte[Long.BYTES];
    littleEndian(magic).putLong(MAGIC);
    table.write(magic);
    return table.toByteArray();
  }

  /** Adds a block of entries whose keys are stored whole; gives its place. */
  private static byte[] append(ByteArrayOutputStream table, List<Entry> entries)
      throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(block);
    byte[] end = new byte[Integer.BYTES * (Math.max(1, entries.size()) + 1)];
    ByteBuffer restarts = littleEndian(end);
    for (Entry entry : entries) {
      restarts.putInt(out.getTotalBytesWritten());
      out.writeUInt32NoTag(0);
      out.writeUInt32NoTag(entry.key().length);
      out.writeUInt32NoTag(entry.value().length);
      out.writeRawBytes(entry.key());
      out.writeRawBytes(entry.value());
    }
    restarts.putInt(end.length - Integer.BYTES, Math.max(1, entries.size()));
    out.flush();
    block.write(end);
    int offset = table.size();
    int size = block.size();
    block.write(0); // not compressed
    byte[] bytes = block.toByteArray();
    table.write(bytes);
    int crc = MaskedCrc.of(bytes, 0, bytes.length);
    byte[] trailer = new byte[Integer.BYTES];
    littleEndian(trailer).putInt(crc);
    table.write(trailer);
    return handle(offset, size);
  }

  private static byte[] handle(int offset, int size) throws IOException {
    ByteArrayOutputStream handle = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(handle);
    out.writeUInt64NoTag(offset);
    out.writeUInt64NoTag(size);
    out.flush();
    return handle.toByteArray();
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The bytes of a block whose place, offset and size, comes next. */
  private ByteBuffer block(CodedInputStream handle) throws IOException {
    long offset = handle.readRawVarint64();
    long size = handle.readRawVarint64();
    long end = (long) file.length - FOOTER - TRAILER;
    if (offset < 0 || size < Integer.BYTES || size > end || offset > end - size) {
      throw new IOException("a block of it lies outside of the file");
    }
    int start = (int) offset;
    int length = (int) size;
    int stated = littleEndian(start + length + 1).getInt();
    if (stated != MaskedCrc.of(file, start, length + 1)) {
      throw new IOException("the checksum of its block at byte " + start + " does not fit");
    }
    if (file[start + length] != 0) {
      throw new IOException(
          "it is compressed, as TensorFlow 1.1 alone wrote it; save it again with a newer one");
    }
    return littleEndian(start).limit(start + length).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A block ends with the places of the keys that are stored whole, and their number. */
  private static List<Entry> entries(ByteBuffer block) throws IOException {
    long restarts = Integer.toUnsignedLong(block.getInt(block.limit() - Integer.BYTES));
    long end = block.limit() - Integer.BYTES * (restarts + 1);
    if (end < 0) {
      throw new IOException("a block of it is too short for what it states");
    }
    CodedInputStream in = CodedInputStream.newInstance(block.limit((int) end));
    List<Entry> entries = new ArrayList<>();
    byte[] key = {};
    while (!in.isAtEnd()) {
      int shared = in.readRawVarint32();
      int own = in.readRawVarint32();
      int value = in.readRawVarint32();
      if (shared < 0 || shared > key.length || own < 0 || value < 0) {
        throw new IOException("a key of it is longer than what it shares with the one before");
      }
      byte[] rest = in.readRawBytes(own);
      key = Arrays.copyOf(key, shared + own);
      System.arraycopy(rest, 0, key, shared, own);
      entries.add(new Entry(key, in.readRawBytes(value)));
    }
    return entries;
  }

  private ByteBuffer littleEndian(int position) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(position);
  }
}
