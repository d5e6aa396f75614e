package org.fdistill.cache;

import java.util.List;

/**
 * What the index says of a file that is whole.
 *
 * @param shard its number
 * @param bytes its size
 * @param crc32c of all of it, in hexadecimal
 * @param left_out records that it lacks, since their images could not be read; ascending
 */
@SuppressWarnings("MemberName") // The names are those of the JSON.
record ShardEntry(int shard, long bytes, String crc32c, List<Long> left_out) {
  /** Takes a copy. */
  ShardEntry {
    left_out = List.copyOf(left_out);
  }
}
