package org.fdistill.data.tfrecord;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.config.UserError;

/**
 * Writes a set of TFRecord files {@code SPLIT-00000-of-0000N.tfrecord}. They carry a temporary name
 * until {@link #commit}; closing without it deletes them.
 */
public final class TfRecordShards implements Closeable {
  private static final String UNFINISHED = ".unfinished";

  private final List<Path> files = new ArrayList<>();
  private final List<OutputStream> streams = new ArrayList<>();
  private boolean committed;

  /**
   * Opens the files.
   *
   * @param directory made where it does not exist
   * @param split start of their names, such as train
   * @param shards their number N
   * @throws UserError where the directory already holds files of the split
   */
  public TfRecordShards(Path directory, String split, int shards) throws IOException {
    Files.createDirectories(directory);
    refuseOldFiles(directory, split);
    try {
      for (int i = 0; i < shards; i++) {
        files.add(directory.resolve("%s-%05d-of-%05d.tfrecord".formatted(split, i, shards)));
        streams.add(
            new BufferedOutputStream(Files.newOutputStream(unfinished(files.get(i))), 1 << 16));
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static void refuseOldFiles(Path directory, String split) throws IOException {
    try (DirectoryStream<Path> old = Files.newDirectoryStream(directory, split + "-*.tfrecord")) {
      for (Path file : old) {
        throw UserError.usage(
            "%s already exists. Delete the %s files in %s or write to another folder."
                .formatted(file, split, directory));
      }
    }
  }

  /** The final names, in order. */
  public List<Path> files() {
    return List.copyOf(files);
  }

  /**
   * Appends a record.
   *
   * @param shard from 0 to N - 1
   */
  public void write(int shard, byte[] data) throws IOException {
    OutputStream out = streams.get(shard);
    out.write(Framing.header(data.length));
    out.write(data);
    out.write(Framing.footer(data));
  }

  /** Ends the files and gives them their names. */
  public void commit() throws IOException {
    for (OutputStream stream : streams) {
      stream.close();
    }
    for (Path file : files) {
      Files.move(unfinished(file), file, StandardCopyOption.ATOMIC_MOVE);
    }
    committed = true;
  }

  /** Deletes what was not committed. */
  @Override
  public void close() {
    if (committed) {
      return;
    }
    streams.forEach(TfRecordShards::closeAnyway);
    for (Path file : files) {
      try {
        Files.deleteIfExists(unfinished(file));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void closeAnyway(OutputStream stream) {
    try {
      stream.close();
    } catch (IOException ignored) {
      // On a full disk the last bytes of a buffer fail again; the file goes away all the same.
    }
  }

  private static Path unfinished(Path file) {
    return file.resolveSibling("." + file.getFileName() + UNFINISHED);
  }
}
