package org.fdistill.report;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A curve.
 *
 * @param xs strictly ascending
 * @param ys NaN where there is no value, which is a gap
 */
@SuppressWarnings("ArrayRecordComponent") // Drawn, never compared.
record Series(double[] xs, double[] ys) {
  /** Number of points, gaps included. */
  int size() {
    return xs.length;
  }

  /** Number of points that are values. */
  long finite() {
    return Arrays.stream(ys).filter(Double::isFinite).count();
  }

  /**
   * A curve of fewer points that looks the same at this many points: of each of equal parts the
   * smallest and the largest value stay, and a gap where it has one; so do the first and the last
   * point.
   *
   * @param limit of the points; half as many more where every part has a gap
   * @return this one where it has no more than the limit
   */
  Series thinned(int limit) {
    if (size() <= limit) {
      return this;
    }
    boolean[] kept = new boolean[size()];
    kept[0] = true;
    kept[size() - 1] = true;
    int parts = Math.max(1, (limit - 2) / 2);
    for (int part = 0; part < parts; part++) {
      keep(kept, (int) ((long) part * size() / parts), (int) ((part + 1L) * size() / parts));
    }
    return at(IntStream.range(0, size()).filter(i -> kept[i]).toArray());
  }

  /** Marks what stays of the points from {@code start} to before {@code end}. */
  private void keep(boolean[] kept, int start, int end) {
    int lowest = -1;
    int highest = -1;
    int gap = -1;
    for (int i = start; i < end; i++) {
      if (!Double.isFinite(ys[i])) {
        gap = i;
      } else {
        lowest = lowest < 0 || ys[i] < ys[lowest] ? i : lowest;
        highest = highest < 0 || ys[i] > ys[highest] ? i : highest;
      }
    }
    for (int i : new int[] {lowest, highest, gap}) {
      if (i >= 0) {
        kept[i] = true;
      }
    }
  }

  /** About so many points at equal distances in the list, the first and the last among them. */
  Series sampled(int count) {
    if (size() <= count) {
      return this;
    }
    return at(
        IntStream.range(0, count).map(i -> (int) (i * (size() - 1L) / (count - 1))).toArray());
  }

  private Series at(int[] places) {
    return new Series(
        Arrays.stream(places).mapToDouble(i -> xs[i]).toArray(),
        Arrays.stream(places).mapToDouble(i -> ys[i]).toArray());
  }

  /** Places of the smallest value, the first of equal ones; -1 where there is none. */
  int lowest() {
    return IntStream.range(0, size())
        .filter(i -> Double.isFinite(ys[i]))
        .reduce((a, b) -> ys[b] < ys[a] ? b : a)
        .orElse(-1);
  }

  /** As {@link #lowest}, of the largest. */
  int highest() {
    return IntStream.range(0, size())
        .filter(i -> Double.isFinite(ys[i]))
        .reduce((a, b) -> ys[b] > ys[a] ? b : a)
        .orElse(-1);
  }
}
