package org.fdistill.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.data.tfrecord.TfRecordFile;

/** The records of a file, as it is read in training. */
public final class TfRecords {
  private TfRecords() {}

  /** All of them, in their order. */
  public static List<byte[]> of(Path file) throws IOException {
    long[] bounds = TfRecordFile.bounds(file);
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < bounds.length - 1; i++) {
      records.add(TfRecordFile.read(file, bounds[i]));
    }
    return records;
  }
}
