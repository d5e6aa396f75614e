package org.fdistill.report;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
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
   * The curve in equal parts, for a page: it stays as small however long a run is, and no value,
   * however rare, goes unseen.
   *
   * @param xs the middle point of each part
   * @param means of each part; NaN where it has no value
   * @param lowest value of each part, NaN likewise
   * @param highest value of each part, NaN likewise
   */
  @SuppressWarnings("ArrayRecordComponent") // Drawn, never compared.
  record Parts(double[] xs, double[] means, double[] lowest, double[] highest) {}

  /** Sums up each of so many parts; at most one a point. */
  Parts parts(int count) {
    int parts = Math.min(count, size());
    Parts all =
        new Parts(new double[parts], new double[parts], new double[parts], new double[parts]);
    for (int part = 0; part < parts; part++) {
      int start = (int) ((long) part * size() / parts);
      int end = (int) ((part + 1L) * size() / parts);
      DoubleSummaryStatistics values =
          Arrays.stream(ys, start, end).filter(Double::isFinite).summaryStatistics();
      boolean none = values.getCount() == 0;
      all.xs()[part] = xs[(start + end - 1) / 2];
      all.means()[part] = none ? Double.NaN : values.getAverage();
      all.lowest()[part] = none ? Double.NaN : values.getMin();
      all.highest()[part] = none ? Double.NaN : values.getMax();
    }
    return all;
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

  /** The place of the smallest value, the first of equal ones; -1 where there is none. */
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
