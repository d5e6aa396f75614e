package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fdistill.config.UserError;
import org.fdistill.data.tfrecord.CompressedRecords;
import org.fdistill.data.tfrecord.TfRecordFile;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Where every record of a set of files is, numbered through all files in order. Places in
 * compressed files are those in what they hold.
 */
final class TfRecordIndex {
  private final List<Path> files;
  private final int[] fileOf;
  private final long[] offsets;
  private final long[] ends;
  private final boolean compressed;

  private TfRecordIndex(
      List<Path> files, int[] fileOf, long[] offsets, long[] ends, boolean compressed) {
    this.files = files;
    this.fileOf = fileOf;
    this.offsets = offsets;
    this.ends = ends;
    this.compressed = compressed;
  }

  /**
   * Hops through the headers of all files, several at a time; those that are compressed are
   * decompressed for it.
   *
   * @param inRuns whether records are to be read in runs, as compressed files have to
   * @throws UserError where they are compressed and not wanted in runs, or only some of them are
   */
  static TfRecordIndex scan(List<Path> files, boolean inRuns) {
    Map<Boolean, List<Path>> kinds =
        files.stream().collect(Collectors.partitioningBy(CompressedRecords::isCompressed));
    boolean compressed = inRuns && !kinds.get(true).isEmpty();
    if (compressed && !kinds.get(false).isEmpty()) {
      throw UserError.input(
          "%s is compressed and %s is not. Name files of one kind."
              .formatted(kinds.get(true).get(0), kinds.get(false).get(0)));
    }
    return scan(files, compressed ? CompressedRecords::bounds : TfRecordFile::bounds, compressed);
  }

  private static TfRecordIndex scan(
      List<Path> files, Function<Path, long[]> bounds, boolean compressed) {
    List<long[]> perFile = files.parallelStream().map(bounds).toList();
    int[] fileOf = new int[perFile.stream().mapToInt(o -> o.length - 1).sum()];
    long[] offsets = new long[fileOf.length];
    long[] ends = new long[fileOf.length];
    int start = 0;
    for (int f = 0; f < files.size(); f++) {
      int count = perFile.get(f).length - 1;
      Arrays.fill(fileOf, start, start + count, f);
      System.arraycopy(perFile.get(f), 0, offsets, start, count);
      System.arraycopy(perFile.get(f), 1, ends, start, count);
      start += count;
    }
    return new TfRecordIndex(files, fileOf, offsets, ends, compressed);
  }

  List<Path> files() {
    return files;
  }

  /** Makes the number of each record's file [n]. */
  TInt32 fileOf() {
    return TInt32.tensorOf(StdArrays.ndCopyOf(fileOf));
  }

  /** Makes the byte at which each record starts in its file [n]. */
  TInt64 offsets() {
    return TInt64.tensorOf(StdArrays.ndCopyOf(offsets));
  }

  /** Makes the byte after each record [n]. */
  TInt64 ends() {
    return TInt64.tensorOf(StdArrays.ndCopyOf(ends));
  }

  /** The first record of each file that holds any. */
  long[] firstOfFiles() {
    return IntStream.range(0, size())
        .filter(i -> i == 0 || fileOf[i] != fileOf[i - 1])
        .asLongStream()
        .toArray();
  }

  /** Whether all files are. */
  boolean compressed() {
    return compressed;
  }

  int size() {
    return offsets.length;
  }

  /** The data of a record. */
  byte[] read(int number) throws IOException {
    Path file = files.get(fileOf[number]);
    return compressed
        ? CompressedRecords.read(file, offsets[number])
        : TfRecordFile.read(file, offsets[number]);
  }

  /** File, and number of the record in it, from 0. */
  String name(int number) {
    int first = number;
    int file = fileOf[number];
    while (first > 0 && fileOf[first - 1] == file) {
      first--;
    }
    return "%s record %d (byte %d%s)"
        .formatted(
            files.get(file),
            number - first,
            offsets[number],
            compressed ? " of what it holds" : "");
  }
}
