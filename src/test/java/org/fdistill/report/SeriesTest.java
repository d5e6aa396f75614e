package org.fdistill.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final int PARTS = 600;

  /** Each part is compared with a plain loop over its points. */
  @Test
  void partsHaveTheMeanTheLowestAndTheHighestOfTheirPoints() {
    for (int size : new int[] {PARTS, PARTS + 1, 5000, 99_999}) {
      Series series = series(size, new Random(size));
      Series.Parts parts = series.parts(PARTS);
      assertThat(parts.xs()).hasSize(PARTS).isSorted();
      int end = 0;
      for (int part = 0; part < PARTS; part++) {
        int start = end;
        end = (int) ((part + 1L) * size / PARTS);
        double sum = 0;
        double low = Double.MAX_VALUE;
        double high = -Double.MAX_VALUE;
        for (int i = start; i < end; i++) {
          sum += series.ys()[i];
          low = Math.min(low, series.ys()[i]);
          high = Math.max(high, series.ys()[i]);
        }
        assertThat(parts.xs()[part]).isBetween(series.xs()[start], series.xs()[end - 1]);
        // Sums of at most 167 numbers below 5, in two orders.
        assertThat(parts.means()[part]).isCloseTo(sum / (end - start), within(1e-12));
        assertThat(parts.lowest()[part]).isEqualTo(low);
        assertThat(parts.highest()[part]).isEqualTo(high);
      }
      assertThat(end).isEqualTo(size);
    }
  }

  @Test
  void whatIsNoValueCountsForNothing() {
    Series series = series(10 * PARTS, new Random(3));
    Arrays.fill(series.ys(), 0, 10, Double.NaN);
    Arrays.fill(series.ys(), 10, 19, Double.NaN);
    Series.Parts parts = series.parts(PARTS);
    assertThat(parts.means()[0]).isNaN();
    assertThat(parts.highest()[0]).isNaN();
    assertThat(parts.means()[1]).isEqualTo(series.ys()[19]);
    Arrays.fill(series.ys(), Double.NaN);
    assertThat(series.finite()).isZero();
    assertThat(series.lowest()).isEqualTo(-1);
  }

  @Test
  void aShortCurveHasAPartForEachPoint() {
    Series series = series(7, new Random(4));
    assertThat(series.parts(PARTS).means()).isEqualTo(series.ys());
    assertThat(series.parts(PARTS).xs()).isEqualTo(series.xs());
    assertThat(series.sampled(7)).isSameAs(series);
  }

  @Test
  void aSampleHasBothEnds() {
    Series sample = series(1000, new Random(5)).sampled(20);
    assertThat(sample.size()).isEqualTo(20);
    assertThat(sample.xs()[0]).isZero();
    assertThat(sample.xs()[19]).isEqualTo(999);
  }

  private static Series series(int size, Random random) {
    return new Series(
        IntStream.range(0, size).asDoubleStream().toArray(),
        IntStream.range(0, size).mapToDouble(i -> random.nextGaussian()).toArray());
  }
}
