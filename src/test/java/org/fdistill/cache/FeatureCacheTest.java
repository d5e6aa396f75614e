package org.fdistill.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.data.Examples;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.FeatureCacheConfig.Precision;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a run gets of a cache, beside what its teacher would have given. In batches of one image the
 * place in a batch has no part in a teacher's sums.
 */
@Tag("slow")
class FeatureCacheTest {
  private static final int EXAMPLES = 6;
  private static final int VIEWS = 2;

  /** Three epochs, the last of which shows the first view again. */
  private static final int END = 3 * EXAMPLES;

  /** Half a unit in the last place, of a number from 1 to 2. */
  private static final double HALF_OF_FLOAT16 = Math.scalb(1.0, -11);

  private static final double HALF_OF_BFLOAT16 = Math.scalb(1.0, -8);

  @TempDir static Path folder;
  private static DataConfig data;
  private static int width;
  private static List<Caches.Element> given;

  @BeforeAll
  static void runTheTeacher() throws IOException {
    data = Caches.data(Examples.flatFolder(folder.resolve("images"), EXAMPLES), 1);
    width = Caches.teacher().width();
    given = Caches.uncached(cache(Precision.FLOAT32), data, END);
  }

  private static FeatureCache cache(Precision precision) {
    return Caches.cache(Caches.config(folder.resolve(precision.name()), precision, VIEWS), data);
  }

  /** Writes a cache and reads it in the order of a run. */
  private static List<Caches.Element> stored(Precision precision) {
    FeatureCache cache = cache(precision);
    assertThat(Caches.write(cache, data))
        .isEqualTo(new CacheWriting.Outcome(true, EXAMPLES * VIEWS, 0));
    List<Caches.Element> stored = Caches.cached(cache, data, END);
    assertThat(stored).hasSize(END);
    for (int i = 0; i < END; i++) {
      assertThat(stored.get(i).position()).isEqualTo(i);
      assertThat(stored.get(i).image()).isEqualTo(given.get(i).image());
    }
    return stored;
  }

  @Test
  void float32IsWhatTheTeacherGives() {
    List<Caches.Element> stored = stored(Precision.FLOAT32);
    for (int i = 0; i < END; i++) {
      assertThat(stored.get(i).tokens()).isEqualTo(given.get(i).tokens());
    }
  }

  @Test
  void float16IsOffByHalfAUnit() {
    requireRelative(stored(Precision.FLOAT16), HALF_OF_FLOAT16);
  }

  @Test
  void bfloat16IsOffByHalfAUnit() {
    requireRelative(stored(Precision.BFLOAT16), HALF_OF_BFLOAT16);
  }

  private static void requireRelative(List<Caches.Element> stored, double half) {
    double largest = 0;
    for (int i = 0; i < END; i++) {
      float[] ours = stored.get(i).tokens();
      float[] theirs = given.get(i).tokens();
      for (int j = 0; j < ours.length; j++) {
        // Below 2^-14 the units of float16 are as small as they get.
        double size = Math.max(Math.abs(theirs[j]), Math.scalb(1.0, -14));
        largest = Math.max(largest, Math.abs(ours[j] - theirs[j]) / size);
      }
    }
    // Were it stored in more bits, nothing would come near the half of a unit.
    assertThat(largest).isBetween(half / 2, half);
  }

  @Test
  void int8IsOffByHalfAStepOfItsToken() {
    List<Caches.Element> stored = stored(Precision.INT8);
    double most = 0;
    for (int i = 0; i < END; i++) {
      float[] ours = stored.get(i).tokens();
      float[] theirs = given.get(i).tokens();
      for (int token = 0; token < theirs.length; token += width) {
        double largest = 0;
        double off = 0;
        for (int j = token; j < token + width; j++) {
          largest = Math.max(largest, Math.abs(theirs[j]));
          off = Math.max(off, Math.abs(ours[j] - theirs[j]));
        }
        most = Math.max(most, off / (largest / 127));
      }
    }
    // A step is rounded to float32, and so is each of its multiples, up to the 127th.
    assertThat(most).isCloseTo(0.5, within(127 * Math.scalb(1.0, -23)));
  }
}
