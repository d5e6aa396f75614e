package org.fdistill.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

class ShiftedWindowsTest {
  @Test
  void tokensComeWindowByWindow() {
    assertThat(new ShiftedWindows(4, 2, 0).order())
        .containsExactly(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15);
  }

  @Test
  void aShiftRollsTheMapTowardsItsStart() {
    assertThat(new ShiftedWindows(4, 2, 1).order())
        .containsExactly(5, 6, 9, 10, 7, 4, 11, 8, 13, 14, 1, 2, 15, 12, 3, 0);
  }

  @Test
  void tokensThatTheShiftBroughtTogetherDoNotSeeEachOther() {
    ShiftedWindows windows = new ShiftedWindows(4, 2, 1);
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> mask = windows.mask(run.tf());
      assertThat(mask.shape().asArray()).containsExactly(4, 1, 4, 4);
      float[] values = run.run(List.of(mask)).get(0);
      // The first window has four neighbours, the last one token of each corner.
      assertThat(Arrays.copyOf(values, 16)).containsOnly(0);
      for (int pair = 0; pair < 16; pair++) {
        assertThat(values[48 + pair]).isEqualTo(pair % 5 == 0 ? 0 : -100);
      }
      // The second has the columns 3 and 0 of two rows.
      assertThat(Arrays.copyOfRange(values, 16, 24))
          .containsExactly(0, -100, 0, -100, -100, 0, -100, 0);
    }
  }

  @Test
  void withoutAShiftThereIsNoMask() {
    try (GraphRun run = new GraphRun()) {
      assertThat(new ShiftedWindows(4, 2, 0).mask(run.tf())).isNull();
    }
  }

  @Test
  void reversingAPartitionRestoresTheMap() {
    int[] byRow = IntStream.range(0, 36).toArray();
    RowPermutation partition = RowPermutation.between(byRow, new ShiftedWindows(6, 3, 1).order());
    float[] values = new float[2 * 36 * 2];
    Arrays.setAll(byRow, i -> i);
    IntStream.range(0, values.length).forEach(i -> values[i] = i);
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> map = run.input(values, 2 * 36, 2);
      Operand<TFloat32> windows = partition.apply(run.tf(), map, 2);
      Operand<TFloat32> back = partition.inverse().apply(run.tf(), windows, 2);
      List<float[]> results = run.run(List.of(windows, back));
      // The first token of the first window is in row 1 and column 1: token 7.
      assertThat(Arrays.copyOf(results.get(0), 2)).containsExactly(14, 15);
      assertThat(results.get(1)).isEqualTo(values);
    }
  }

  @Test
  void noChangeOfOrderAddsNoOp() {
    int[] order = new ShiftedWindows(4, 4, 0).order();
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> map = run.input(new float[32], 16, 2);
      assertThat(RowPermutation.between(order, order).apply(run.tf(), map, 2)).isSameAs(map);
    }
  }

  @Test
  void mergedTokensAreColumnByColumn() {
    PatchMerging merging = new PatchMerging(4, 8, true, 1e-5f, null);
    assertThat(merging.neighbours(new int[] {0, 3})).containsExactly(0, 4, 1, 5, 10, 14, 11, 15);
  }
}
