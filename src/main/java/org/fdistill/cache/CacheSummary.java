package org.fdistill.cache;

import java.nio.file.Path;
import org.fdistill.proto.FeatureCacheIdentity;

/**
 * What lies in the folder of a cache, whoever asks.
 *
 * @param folder of the cache
 * @param identity what its features follow from
 * @param files that it has when it is complete
 * @param whole those that are there, as their sizes tell
 * @param bytes of these
 * @param records of these
 * @param leftOut views of images that could not be read
 */
public record CacheSummary(
    Path folder,
    FeatureCacheIdentity identity,
    int files,
    int whole,
    long bytes,
    long records,
    int leftOut) {
  /** Whether a folder is a cache's. */
  public static boolean isAt(Path folder) {
    return CacheIdentity.isIn(folder);
  }

  /**
   * Reads identity and index, and looks at the files.
   *
   * @throws org.fdistill.config.UserError where they are not a cache's
   */
  public static CacheSummary of(Path folder) {
    StoredFeatures stored = StoredFeatures.read(folder);
    ShardLayout layout = stored.layout();
    int whole = layout.shards() - stored.missing().size();
    long bytes =
        stored.entries().values().stream()
            .filter(entry -> stored.problem(entry.shard()).isEmpty())
            .mapToLong(ShardEntry::bytes)
            .sum();
    int leftOut = stored.leftOut().length;
    long records = layout.records() - stored.missingRecords() - leftOut;
    return new CacheSummary(
        folder, stored.identity(), layout.shards(), whole, bytes, records, leftOut);
  }
}
