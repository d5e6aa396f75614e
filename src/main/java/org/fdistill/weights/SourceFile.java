package org.fdistill.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Objects;
import org.fdistill.config.Printable;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;

/** A file open for reading, and the errors that name it. */
final class SourceFile implements Region, AutoCloseable {
  /** Mapping costs more than reading for windows below this. */
  private static final int MAPPED_FROM = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final long length;

  private SourceFile(Path path, FileChannel channel, long length) {
    this.path = path;
    this.channel = channel;
    this.length = length;
  }

  static SourceFile open(Path path) {
    try {
      FileChannel channel = FileChannel.open(path);
      return new SourceFile(path, channel, channel.size());
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static UserError unreadable(Path path, IOException e) {
    return new UserError(
        UserError.Kind.INPUT,
        "Cannot read %s: %s. Check that it is a readable file."
            .formatted(path, FileTrouble.of(e).reason()),
        e);
  }

  Path path() {
    return path;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public ByteBuffer window(long from, int count) {
    Objects.checkFromIndexSize(from, count, length);
    try {
      if (from + count > channel.size()) {
        throw changed();
      }
      ByteBuffer window =
          count < MAPPED_FROM ? read(from, count) : channel.map(MapMode.READ_ONLY, from, count);
      return window.order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private ByteBuffer read(long from, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw changed();
      }
    }
    return bytes.flip();
  }

  /** A part of the file; the caller has checked that it lies inside. */
  Region part(long start, long length) {
    Objects.checkFromIndexSize(start, length, this.length);
    return new Part(this, start, length);
  }

  private record Part(SourceFile file, long start, long length) implements Region {
    @Override
    public ByteBuffer window(long from, int count) {
      Objects.checkFromIndexSize(from, count, length);
      return file.window(start + from, count);
    }
  }

  /** The error of a file that cannot be what it was when it was written. */
  UserError damaged(String what) {
    return UserError.input(
        "%s is damaged: %s. Download or copy it again.".formatted(path, Printable.line(what)));
  }

  /** The error of a file that is whole, and asks for what is not read. */
  UserError refused(String what, String next) {
    return UserError.input("%s cannot be read: %s. %s".formatted(path, Printable.line(what), next));
  }

  UserError changed() {
    return UserError.input(
        "%s has changed while it was read: it had %d bytes and is shorter now. Run again when it is"
                .formatted(path, length)
            + " complete.");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }
}
