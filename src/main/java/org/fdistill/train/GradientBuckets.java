package org.fdistill.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Which gradients are exchanged together. */
public final class GradientBuckets {
  private GradientBuckets() {}

  /**
   * Groups gradients: large ones alone, the others with those that come next.
   *
   * @param gradients in the order in which they are there
   * @param bytes of each
   * @param bucketBytes from which a gradient, or a group of them, is large
   * @return groups in the order in which they are complete; the last may be small
   */
  public static <T> List<List<T>> of(List<T> gradients, ToLongFunction<T> bytes, long bucketBytes) {
    List<List<T>> groups = new ArrayList<>();
    List<T> open = new ArrayList<>();
    long filled = 0;
    for (T gradient : gradients) {
      long size = bytes.applyAsLong(gradient);
      if (size >= bucketBytes) {
        groups.add(List.of(gradient));
        continue;
      }
      open.add(gradient);
      filled += size;
      if (filled >= bucketBytes) {
        groups.add(List.copyOf(open));
        open.clear();
        filled = 0;
      }
    }
    if (!open.isEmpty()) {
      groups.add(open);
    }
    return groups;
  }
}
