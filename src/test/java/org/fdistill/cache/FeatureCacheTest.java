package org.fdistill.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.fdistill.data.Examples;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.FeatureCacheConfig.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureCacheTest {
  private static final int EXAMPLES = 6;
  private static final int VIEWS = 2;

  /** Three epochs, the last of which shows the first view again. */
  private static final int END = 3 * EXAMPLES;

  private static final int WIDTH = Caches.teacher().width();

  /** Half a unit in the last place, of a number from 1 to 2. */
  private static final double HALF_OF_FLOAT16 = Math.scalb(1, -11);

  private static final double HALF_OF_BFLOAT16 = Math.scalb(1, -8);

  @TempDir Path folder;

  /** What runs get of a new cache, and what they get without it. */
  private record Both(List<Caches.Element> cached, List<Caches.Element> uncached) {}

  /** In batches of one image the place in a batch has no part in a teacher's sums. */
  private Both both(Precision precision) throws IOException {
    DataConfig data = Caches.data(Examples.flatFolder(folder.resolve("images"), EXAMPLES), 1);
    FeatureCache cache =
        Caches.cache(Caches.config(folder.resolve("cache"), precision, VIEWS), data);
    assertThat(Caches.write(cache, data))
        .isEqualTo(new CacheWriting.Outcome(true, EXAMPLES * VIEWS, 0));
    Both both = new Both(Caches.cached(cache, data, END), Caches.uncached(cache, data, END));
    long[] all = LongStream.range(0, END).toArray();
    assertThat(both.cached.stream().mapToLong(Caches.Element::position)).containsExactly(
        LongStream.of(all).boxed().toArray(Long[]::new));
    for (int i = 0; i < END; i++) {
      assertThat(both.uncached.get(i).position()).isEqualTo(i);
      assertThat(both.cached.get(i).image()).isEqualTo(both.uncached.get(i).image());
    }
    return both;
  }

  @Test
  void aCacheOfFloat32GivesWhatTheTeacherGives() throws IOException {
    Both both = both(Precision.FLOAT32);
    for (int i = 0; i < END; i++) {
      assertThat(both.cached.get(i).tokens()).isEqualTo(both.uncached.get(i).tokens());
    }
  }

  @Test
  void aCacheOfFloat16IsOffByHalfAUnit() throws IOException {
    requireRelative(both(Precision.FLOAT16), HALF_OF_FLOAT16);
  }

  @Test
  void aCacheOfBfloat16IsOffByHalfAUnit() throws IOException {
    requireRelative(both(Precision.BFLOAT16), HALF_OF_BFLOAT16);
  }

  private static void requireRelative(Both both, double half) {
    double largest = 0;
    for (int i = 0; i < END; i++) {
      float[] stored = both.cached.get(i).tokens();
      float[] given = both.uncached.get(i).tokens();
      for (int j = 0; j < given.length; j++) {
        double off = Math.abs(stored[j] - given[j]) / Math.max(Math.abs(given[j]), 1e-4);
        assertThat(off).isLessThanOrEqualTo(half);
        largest = Math.max(largest, off);
      }
    }
    // Were it stored in more bits, nothing would come near the half of a unit.
    assertThat(largest).isGreaterThan(half / 2);
  }

  @Test
  void aCacheOfInt8IsOffByHalfAStepOfItsToken() throws IOException {
    Both both = both(Precision.INT8);
    double most = 0;
    for (int i = 0; i < END; i++) {
      float[] stored = both.cached.get(i).tokens();
      float[] given = both.uncached.get(i).tokens();
      for (int token = 0; token < given.length; token += WIDTH) {
        double largest = 0;
        for (int j = token; j < token + WIDTH; j++) {
          largest = Math.max(largest, Math.abs(given[j]));
        }
        double step = largest / 127;
        for (int j = token; j < token + WIDTH; j++) {
          double off = Math.abs(stored[j] - given[j]) / step;
          // A step is rounded to float32, and so is its multiple.
          assertThat(off).isLessThanOrEqualTo(0.5 + 127 * 3e-7);
          most = Math.max(most, off);
        }
      }
    }
    assertThat(most).isCloseTo(0.5, within(0.05));
  }
}
