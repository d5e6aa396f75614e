package org.fdistill.data.tfrecord;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.config.UserError;

/**
 * Writes a set of TFRecord files {@code SPLIT-00000-of-0000N.tfrecord}. Nothing of it can be seen
 * until it is committed ({@link StagedFolder}); closing without that deletes it.
 */
public final class TfRecordShards implements Closeable {
  private final StagedFolder folder;
  private final Closeable owned;
  private final List<Path> files = new ArrayList<>();
  private final List<OutputStream> streams = new ArrayList<>();

  /**
   * Opens the files of the only split that is written now.
   *
   * @param directory made where it does not exist
   * @param split start of their names, such as train
   * @param shards their number N
   * @throws UserError where the directory already holds files of the split, or another process
   *     writes there
   */
  public TfRecordShards(Path directory, String split, int shards) throws IOException {
    this.folder = StagedFolder.open(directory);
    this.owned = folder;
    open(split, shards);
  }

  /**
   * Opens the files of one split of several, which appear together when the folder is committed.
   *
   * @param folder stays open
   * @param split start of their names, such as train
   * @param shards their number N
   * @throws UserError where the directory already holds files of the split
   */
  public TfRecordShards(StagedFolder folder, String split, int shards) throws IOException {
    this.folder = folder;
    this.owned = () -> {};
    open(split, shards);
  }

  private void open(String split, int shards) throws IOException {
    try {
      if (split.isEmpty() || split.startsWith(".") || split.indexOf('/') >= 0) {
        throw UserError.usage("Files cannot be named '" + split + "-...'. Give a plain name.");
      }
      refuseOldFiles(folder.path(), split);
      for (int i = 0; i < shards; i++) {
        String name = ShardNames.of(split, i, shards);
        files.add(folder.path().resolve(name));
        streams.add(new BufferedOutputStream(Files.newOutputStream(folder.file(name)), 1 << 16));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static void refuseOldFiles(Path directory, String split) throws IOException {
    DirectoryStream.Filter<Path> ofSplit =
        file -> ShardNames.isOf(split, file.getFileName().toString());
    try (DirectoryStream<Path> old = Files.newDirectoryStream(directory, ofSplit)) {
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

  /** The folder that they appear in. */
  public StagedFolder folder() {
    return folder;
  }

  /**
   * Appends a record.
   *
   * @param shard from 0 to N - 1
   */
  public void write(int shard, byte[] data) throws IOException {
    OutputStream out = streams.get(shard);
    out.write(RecordFraming.header(data.length));
    out.write(data);
    out.write(RecordFraming.footer(data));
  }

  /** Ends the files; the folder's commit then shows them. */
  public void finish() throws IOException {
    for (OutputStream stream : streams) {
      stream.close();
    }
  }

  /** Ends the files and commits the folder. */
  public void commit() throws IOException {
    finish();
    folder.commit();
  }

  /** Ends the files; those that were not committed go with the folder. */
  @Override
  public void close() throws IOException {
    try (owned) {
      streams.forEach(TfRecordShards::closeAnyway);
    }
  }

  private static void closeAnyway(OutputStream stream) {
    try {
      stream.close();
    } catch (IOException ignored) {
      // On a full disk the last bytes of a buffer fail again; the file goes away all the same.
    }
  }
}
