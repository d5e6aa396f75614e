package org.fdistill.cache;

import java.nio.file.Path;

/**
 * What a cache takes.
 *
 * @param teacher its name
 * @param split of the run's data
 * @param folder where it is or will be
 * @param views K
 * @param records n K: images that go through the teacher once
 * @param bytes of all files
 * @param files their number
 */
public record CacheSize(
    String teacher,
    FeatureCache.Split split,
    Path folder,
    int views,
    long records,
    long bytes,
    int files) {}
