package org.fdistill.cache;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.fdistill.data.tfrecord.TfRecordStream;
import org.fdistill.files.Folders;

/** A file of records that gets its name when it is whole and on the disk. */
final class ShardFile implements Closeable {
  private static final String PARTIAL = ".partial";

  private final Path file;
  private final Path partial;
  private final CRC32C crc = new CRC32C();
  private final OutputStream out;

  /** Begins a file. */
  ShardFile(Path file) throws IOException {
    this.file = file;
    partial = file.resolveSibling("." + file.getFileName() + PARTIAL);
    out =
        new CheckedOutputStream(
            new BufferedOutputStream(Files.newOutputStream(partial), 1 << 20), crc);
  }

  void write(byte[] record) throws IOException {
    TfRecordStream.write(out, record);
  }

  /**
   * Ends the file and gives it its name.
   *
   * @param shard its number
   * @param leftOut records that it lacks
   */
  ShardEntry publish(int shard, List<Long> leftOut) throws IOException {
    out.close();
    Folders.forceOne(partial);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Folders.forceOne(file.toAbsolutePath().getParent());
    String hex = HexFormat.of().toHexDigits((int) crc.getValue());
    return new ShardEntry(shard, Files.size(file), hex, leftOut);
  }

  /** Deletes what has no name yet. */
  @Override
  public void close() throws IOException {
    try {
      out.close();
    } catch (IOException ignored) {
      // On a full disk the last bytes of a buffer fail again; the file goes away all the same.
    }
    Files.deleteIfExists(partial);
  }

  /** Deletes what a killed process left in a folder. */
  static void deleteUnfinished(Path folder) throws IOException {
    for (Path path : Folders.list(folder)) {
      if (path.getFileName().toString().endsWith(PARTIAL)) {
        Files.delete(path);
      }
    }
  }
}
