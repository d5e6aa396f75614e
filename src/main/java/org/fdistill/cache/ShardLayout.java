package org.fdistill.cache;

import java.util.Optional;
import org.fdistill.data.augment.Geometry;
import org.fdistill.data.tfrecord.ShardNames;
import org.fdistill.data.tfrecord.TfRecordStream;
import org.fdistill.proto.CachedFeatureLayout;

/**
 * Where records stand. Record r = k n + i is view k of example i, so that an epoch's records are
 * neighbours; file s holds the records from s R on.
 *
 * @param examples n
 * @param views K
 * @param recordBytes of one record with its framing
 * @param perShard R
 */
record ShardLayout(long examples, int views, long recordBytes, long perShard) {
  private static final String SPLIT = "features";

  /**
   * Lays out a new cache.
   *
   * @param batch images at one time, of which a file has a multiple
   * @param shardBytes of a file at most
   */
  static ShardLayout of(
      long examples,
      int views,
      FeatureShape shape,
      FeatureEncoding encoding,
      int batch,
      long shardBytes) {
    long bytes = recordBytes(shape, encoding);
    long batches = Math.max(1, shardBytes / bytes / batch);
    return new ShardLayout(examples, views, bytes, batches * batch);
  }

  static ShardLayout of(long examples, int views, CachedFeatureLayout layout) {
    return new ShardLayout(examples, views, layout.getRecordBytes(), layout.getRecordsPerFile());
  }

  /** By serialising one. */
  private static long recordBytes(FeatureShape shape, FeatureEncoding encoding) {
    int tokens = shape.tokens();
    byte[] record =
        FeatureRecord.of(
            new long[FeatureRecord.KEYS],
            new byte[Geometry.NUMBERS * Integer.BYTES],
            new byte[Math.multiplyExact(tokens * shape.width(), encoding.bytes())],
            encoding.isScaled() ? Optional.of(new byte[tokens * Float.BYTES]) : Optional.empty());
    return TfRecordStream.bytes(record.length);
  }

  /** n K. */
  long records() {
    return examples * views;
  }

  int shards() {
    return Math.toIntExact((records() + perShard - 1) / perShard);
  }

  /** The first record of a file. */
  long first(int shard) {
    return shard * perShard;
  }

  /** The record after a file's last. */
  long end(int shard) {
    return Math.min(records(), first(shard) + perShard);
  }

  /** The name of a file. */
  String name(int shard) {
    return ShardNames.of(SPLIT, shard, shards());
  }

  /** Bytes of all files where no image is unreadable. */
  long bytes() {
    return Math.multiplyExact(records(), recordBytes);
  }
}
