package org.fdistill.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final int LIMIT = 1200;

  @Test
  void aThinnedCurveKeepsItsEndsItsExtremesAndItsOrder() {
    Random random = new Random(1);
    for (int size : new int[] {LIMIT + 1, 5000, 99_999}) {
      Series full = series(size, random);
      full.ys()[size / 3] = 100;
      full.ys()[size / 2] = -100;
      Series thin = full.thinned(LIMIT);
      assertThat(thin.size()).isLessThanOrEqualTo(LIMIT).isGreaterThan(LIMIT / 2);
      assertThat(thin.xs()[0]).isZero();
      assertThat(thin.xs()[thin.size() - 1]).isEqualTo(size - 1);
      assertThat(thin.xs()).isSorted();
      assertThat(thin.ys()).contains(100).contains(-100);
      for (int i = 0; i < thin.size(); i++) {
        assertThat(thin.ys()[i]).isEqualTo(full.ys()[(int) thin.xs()[i]]);
      }
    }
  }

  /** At every part of the width the thinned curve reaches as low and as high as the full one. */
  @Test
  void itLooksTheSameInEveryPart() {
    Series full = series(100_000, new Random(2));
    Series thin = full.thinned(LIMIT);
    int parts = (LIMIT - 2) / 2;
    for (int part = 0; part < parts; part++) {
      long start = (long) part * full.size() / parts;
      long end = (part + 1L) * full.size() / parts;
      assertThat(extremes(thin, start, end)).isEqualTo(extremes(full, start, end));
    }
  }

  private static double[] extremes(Series series, long start, long end) {
    double[] inside =
        IntStream.range(0, series.size())
            .filter(i -> series.xs()[i] >= start && series.xs()[i] < end)
            .mapToDouble(i -> series.ys()[i])
            .toArray();
    return new double[] {
      Arrays.stream(inside).min().orElse(0), Arrays.stream(inside).max().orElse(0)
    };
  }

  @Test
  void gapsStay() {
    Series full = series(10_000, new Random(3));
    full.ys()[5000] = Double.NaN;
    Series thin = full.thinned(LIMIT);
    assertThat(Arrays.stream(thin.ys()).filter(Double::isNaN).count()).isEqualTo(1);
    Arrays.fill(full.ys(), Double.NaN);
    assertThat(full.thinned(LIMIT).finite()).isZero();
    assertThat(full.lowest()).isEqualTo(-1);
  }

  @Test
  void aShortCurveStaysAsItIs() {
    Series full = series(LIMIT, new Random(4));
    assertThat(full.thinned(LIMIT)).isSameAs(full);
    assertThat(full.sampled(LIMIT)).isSameAs(full);
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
