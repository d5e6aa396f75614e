package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fdistill.proto.PatchMaskConfig;
import org.fdistill.proto.PatchMaskConfig.Kind;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TInt32;

/** The law of the masks: random ones by themselves, block-wise ones beside BEiT's in NumPy. */
final class PatchMaskTest {
  private static final Golden GOLDEN = Golden.open("augment/block-masks");

  /** Of 400 comparisons one goes five deviations wrong by chance once in 4000 seeds. */
  private static final double DEVIATIONS = 5;

  /** The kept patches of masks, by mask. */
  private static int[][] kept(PatchMask mask, int draws) {
    return ImageRun.ofSeeds(
        draws,
        TInt32.class,
        Shape.of(mask.kept()),
        mask::draw,
        tensor -> {
          int[] flat = new int[draws * mask.kept()];
          tensor.asRawTensor().data().asInts().read(flat);
          return IntStream.range(0, draws)
              .mapToObj(i -> Arrays.copyOfRange(flat, i * mask.kept(), (i + 1) * mask.kept()))
              .toArray(int[][]::new);
        });
  }

  /** MAE's int(L (1 - r)) in double precision. */
  @ParameterizedTest
  @CsvSource({
    "14, 0, 196",
    "14, 0.5, 98",
    "14, 0.75, 49",
    "14, 0.9, 19",
    "14, 0.98, 3",
    "10, 0.9, 9",
    "7, 0.98, 0"
  })
  void countsWhatStaysAsMaeDoes(int grid, double ratio, int kept) {
    PatchMaskConfig config = PatchMaskConfig.newBuilder().setRatio(ratio).build();
    assertThat(PatchMask.kept(config, grid)).isEqualTo(kept);
  }

  @ParameterizedTest
  @CsvSource({
    "RANDOM, 7, 12",
    "RANDOM, 3, 9",
    "RANDOM, 5, 1",
    "BLOCKWISE, 7, 12",
    "BLOCKWISE, 5, 1"
  })
  void keptPatchesAscendAndStandInTheGrid(Kind kind, int grid, int count) {
    for (int[] kept : kept(new PatchMask(kind, grid, count, 4, 0.3), 50)) {
      assertThat(kept).hasSize(count).isSorted().doesNotHaveDuplicates();
      assertThat(kept[0]).isNotNegative();
      assertThat(kept[count - 1]).isLessThan(grid * grid);
    }
  }

  /**
   * With p = K/N the counts of n draws have variance n p (1 - p) and covariance -n p (1 - p) / (N -
   * 1), so that (N - 1)/N of the sum of their squared deviations is chi-square with N - 1 degrees.
   */
  @ParameterizedTest
  @CsvSource({"6, 4", "6, 18", "6, 33"})
  void everyPatchStaysEquallyOften(int grid, int count) {
    int patches = grid * grid;
    int draws = 3000;
    int[] counts = new int[patches];
    for (int[] kept : kept(new PatchMask(Kind.RANDOM, grid, count, 1, 1), draws)) {
      Arrays.stream(kept).forEach(p -> counts[p]++);
    }
    double p = (double) count / patches;
    double squares = Arrays.stream(counts).mapToDouble(c -> Math.pow(c - draws * p, 2)).sum();
    double chiSquare = (patches - 1.0) / patches * squares / (draws * p * (1 - p));
    double freedom = patches - 1;
    assertThat(chiSquare).isCloseTo(freedom, within(4 * Math.sqrt(2 * freedom)));
  }

  @Test
  void masksOfDifferentExamplesDiffer() {
    int[][] kept = kept(new PatchMask(Kind.RANDOM, 7, 24, 1, 1), 100);
    assertThat(Arrays.stream(kept).map(Arrays::toString).distinct()).hasSize(100);
  }

  @TestFactory
  Stream<DynamicTest> blocksFollowBeitsLaw() {
    return GOLDEN.description().getAsJsonArray("cases").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(c -> DynamicTest.dynamicTest(c.get("hidden") + " hidden", () -> compare(c)));
  }

  private static void compare(JsonObject c) {
    int grid = c.get("grid").getAsInt();
    int hidden = c.get("hidden").getAsInt();
    int patches = grid * grid;
    int draws = 700;
    double[] often = new double[patches];
    double pairs = 0;
    for (int[] kept : kept(new PatchMask(Kind.BLOCKWISE, grid, patches - hidden, 16, 0.3), draws)) {
      boolean[] mask = new boolean[patches];
      Arrays.fill(mask, true);
      Arrays.stream(kept).forEach(p -> mask[p] = false);
      IntStream.range(0, patches).filter(p -> mask[p]).forEach(p -> often[p] += 1.0 / draws);
      pairs += pairs(mask, grid) / (double) draws;
    }
    double deviation = c.get("deviation").getAsDouble() / Math.sqrt(draws);
    assertThat(pairs).isCloseTo(c.get("pairs").getAsDouble(), within(DEVIATIONS * deviation));
    double[] expected = GOLDEN.array("hidden/" + hidden).doubles();
    double theirs = c.get("draws").getAsDouble();
    for (int p = 0; p < patches; p++) {
      double variance = expected[p] * (1 - expected[p]) * (1.0 / draws + 1 / theirs);
      assertThat(often[p]).isCloseTo(expected[p], within(DEVIATIONS * Math.sqrt(variance)));
    }
  }

  /** Pairs of neighbours that are hidden both. */
  private static long pairs(boolean[] mask, int grid) {
    return IntStream.range(0, mask.length)
        .filter(p -> mask[p])
        .mapToLong(
            p ->
                (p % grid + 1 < grid && mask[p + 1] ? 1 : 0)
                    + (p + grid < mask.length && mask[p + grid] ? 1 : 0))
        .sum();
  }
}
