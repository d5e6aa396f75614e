package org.fdistill.cache;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.fdistill.config.UserError;
import org.fdistill.data.tfrecord.TfRecordFile;
import org.fdistill.files.FileTrouble;
import org.fdistill.proto.FeatureCacheIdentity;

/**
 * The files of a cache.
 *
 * @param folder that holds them
 * @param identity what the cache is
 * @param layout where records stand
 * @param entries of the files that are whole, by number
 */
record StoredFeatures(
    Path folder,
    FeatureCacheIdentity identity,
    ShardLayout layout,
    Map<Integer, ShardEntry> entries) {
  /** The report of images that could not be read. */
  static final String UNREADABLE = "unreadable-images.txt";

  private static final String AGAIN = "Write it again: fdistill cache CONFIG.";

  /** Takes a copy. */
  StoredFeatures {
    entries = new TreeMap<>(entries);
  }

  /**
   * Reads identity and index of a folder.
   *
   * @throws UserError where they are not whole
   */
  static StoredFeatures read(Path folder) {
    FeatureCacheIdentity identity = CacheIdentity.read(folder);
    ShardLayout layout =
        ShardLayout.of(
            identity.getDataFiles().getExamples(),
            identity.getMadeOf().getViews(),
            identity.getLayout());
    Map<Integer, ShardEntry> entries = ShardIndex.read(folder);
    entries.keySet().removeIf(shard -> shard >= layout.shards());
    return new StoredFeatures(folder, identity, layout, entries);
  }

  /** A file's path. */
  Path file(int shard) {
    return folder.resolve(layout.name(shard));
  }

  /** What is wrong with a file that the index knows; empty where nothing is to be seen. */
  String problem(int shard) {
    long expected = entries.get(shard).bytes();
    try {
      long bytes = Files.size(file(shard));
      return bytes == expected
          ? ""
          : "%s: it has %d bytes, expected %d".formatted(file(shard), bytes, expected);
    } catch (NoSuchFileException e) {
      return file(shard) + ": this file is missing";
    } catch (IOException e) {
      return file(shard) + ": " + FileTrouble.of(e).reason();
    }
  }

  /** As {@link #problem}, from all bytes of the file. */
  String damage(int shard) throws IOException {
    String problem = problem(shard);
    if (!problem.isEmpty()) {
      return problem;
    }
    CRC32C crc = new CRC32C();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(file(shard)), crc)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    boolean same =
        HexFormat.of().toHexDigits((int) crc.getValue()).equals(entries.get(shard).crc32c());
    return same ? "" : file(shard) + ": it is not as it was written";
  }

  /** The files that are to be written yet, in their order. */
  List<Integer> missing() {
    return IntStream.range(0, layout.shards())
        .filter(shard -> !entries.containsKey(shard) || !problem(shard).isEmpty())
        .boxed()
        .toList();
  }

  /** Records of the files that are to be written yet. */
  long missingRecords() {
    return missing().stream().mapToLong(s -> layout.end(s) - layout.first(s)).sum();
  }

  /**
   * Refuses a cache of which a file is not there or not whole, as its size tells.
   *
   * @throws UserError of kind input
   */
  void requireComplete() {
    for (int shard : entries.keySet()) {
      String problem = problem(shard);
      if (!problem.isEmpty()) {
        throw UserError.input(problem + ".\n" + AGAIN);
      }
    }
    if (entries.size() < layout.shards()) {
      throw UserError.input(
          "%s: %d of %d files of features are written.\nWrite the others: fdistill cache CONFIG."
              .formatted(folder, entries.size(), layout.shards()));
    }
  }

  /** The numbers of the records that are left out, ascending. */
  long[] leftOut() {
    return entries.values().stream()
        .flatMap(entry -> entry.left_out().stream())
        .mapToLong(Long::longValue)
        .toArray();
  }

  /**
   * Reads the records of an example outside of the graph, to find out what is wrong with them.
   *
   * @throws IOException where one is left out
   * @throws UserError of kind input, where one is damaged or of another cache
   */
  void check(long example) throws IOException {
    long key = CacheIdentity.key(identity);
    for (int view = 0; view < layout.views(); view++) {
      long record = view * layout.examples() + example;
      int shard = (int) (record / layout.perShard());
      long[] gaps = entries.get(shard).left_out().stream().mapToLong(Long::longValue).toArray();
      int before = Arrays.binarySearch(gaps, record);
      if (before >= 0) {
        throw new IOException(
            "the cache has no features of it; it could not be read when they were written (see "
                + folder.resolve(UNREADABLE)
                + ")");
      }
      long place = record - layout.first(shard) + before + 1;
      check(file(shard), place * layout.recordBytes(), new long[] {key, example, view});
    }
  }

  private static void check(Path file, long offset, long[] key) {
    String again = "Delete this file and write it again: fdistill cache CONFIG.";
    try {
      long[] found = FeatureRecord.key(TfRecordFile.read(file, offset)).orElse(new long[0]);
      if (!Arrays.equals(found, key)) {
        throw UserError.input(
            "%s: the record at byte %d is not of this cache, or not where it belongs.\n%s"
                .formatted(file, offset, again));
      }
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          "%s: damaged: %s.\n%s".formatted(file, FileTrouble.of(e).reason(), again),
          e);
    }
  }
}
