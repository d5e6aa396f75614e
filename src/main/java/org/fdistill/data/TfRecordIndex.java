package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fdistill.data.tfrecord.TfRecordFile;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** Where every record of a set of files is, numbered through all files in order. */
final class TfRecordIndex {
  private final List<Path> files;
  private final int[] fileOf;
  private final long[] offsets;

  private TfRecordIndex(List<Path> files, int[] fileOf, long[] offsets) {
    this.files = files;
    this.fileOf = fileOf;
    this.offsets = offsets;
  }

  /** Hops through the headers of all files, several at a time. */
  static TfRecordIndex scan(List<Path> files) {
    List<long[]> perFile = files.parallelStream().map(TfRecordFile::offsets).toList();
    int[] fileOf = new int[perFile.stream().mapToInt(o -> o.length).sum()];
    int start = 0;
    for (int f = 0; f < files.size(); f++) {
      int end = start + perFile.get(f).length;
      Arrays.fill(fileOf, start, end, f);
      start = end;
    }
    long[] offsets = perFile.stream().flatMapToLong(Arrays::stream).toArray();
    return new TfRecordIndex(files, fileOf, offsets);
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

  int size() {
    return offsets.length;
  }

  /** The data of a record. */
  byte[] read(int number) throws IOException {
    return TfRecordFile.read(files.get(fileOf[number]), offsets[number]);
  }

  /** File, and number of the record in it, from 0. */
  String name(int number) {
    int first = number;
    int file = fileOf[number];
    while (first > 0 && fileOf[first - 1] == file) {
      first--;
    }
    return "%s record %d (byte %d)".formatted(files.get(file), number - first, offsets[number]);
  }
}
