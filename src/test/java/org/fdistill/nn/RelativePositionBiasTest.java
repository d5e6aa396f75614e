package org.fdistill.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

class RelativePositionBiasTest {
  /** The rows of pairs of patches: itself, 0 to 1, 1 to 0, first to last, last to first. */
  @ParameterizedTest
  @CsvSource({"14, 364, 363, 365, 0, 728", "16, 480, 479, 481, 0, 960"})
  void pairsOfPatchesFindTheRowsOfTheReference(
      int grid, int self, int right, int left, int down, int up) {
    int last = grid * grid - 1;
    for (boolean classToken : new boolean[] {true, false}) {
      RelativePositionBias bias = new RelativePositionBias(grid, classToken, 12);
      int[] rows = bias.rowOfPair();
      int first = classToken ? 1 : 0;
      int tokens = grid * grid + first;
      int[][] pairs = {{0, 0}, {0, 1}, {1, 0}, {0, last}, {last, 0}};
      assertThat(
              Arrays.stream(pairs)
                  .mapToInt(pair -> rows[(pair[0] + first) * tokens + pair[1] + first]))
          .containsExactly(self, right, left, down, up);
      for (int patch = first; patch < tokens; patch++) {
        assertThat(rows[patch * tokens + patch]).isEqualTo(self);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"14, 732, 729, 730, 731", "16, 964, 961, 962, 963"})
  void theClassTokenHasThreeRowsOfItsOwn(
      int grid, int count, int asQuery, int asKey, int withItself) {
    RelativePositionBias bias = new RelativePositionBias(grid, true, 12);
    int tokens = grid * grid + 1;
    int[] rows = bias.rowOfPair();
    assertThat(bias.rows()).isEqualTo(count);
    assertThat(rows[0]).isEqualTo(withItself);
    assertThat(Arrays.copyOfRange(rows, 1, tokens)).containsOnly(asQuery);
    for (int query = 1; query < tokens; query++) {
      assertThat(rows[query * tokens]).isEqualTo(asKey);
    }
    assertThat(new RelativePositionBias(grid, false, 12).rows()).isEqualTo(count - 3);
  }

  @ParameterizedTest
  @CsvSource({"index_grid_3, true", "index_grid_3_no_class_token, false"})
  void theWholeTableOfASmallGridIsThatOfPyTorch(String golden, boolean classToken) {
    long[] rows =
        Arrays.stream(new RelativePositionBias(3, classToken, 1).rowOfPair())
            .asLongStream()
            .toArray();
    assertThat(rows).isEqualTo(Golden.open("values").array(golden).longs());
  }

  @Test
  void theBiasIsByHeadQueryAndKey() {
    RelativePositionBias bias = new RelativePositionBias(2, true, 2);
    float[] table = new float[bias.rows() * 2];
    for (int i = 0; i < table.length; i++) {
      table[i] = i; // 2 row + head
    }
    try (GraphRun run = new GraphRun()) {
      LayerScope scope =
          LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32).at("bias");
      Operand<TFloat32> looked = bias.apply(scope, bias.index(run.tf()));
      run.setVariable("bias/table", table);
      float[] values = run.run(List.of(looked)).get(0);
      int[] rows = bias.rowOfPair();
      assertThat(values).hasSize(2 * rows.length);
      for (int i = 0; i < rows.length; i++) {
        assertThat(values[i]).isEqualTo(2 * rows[i]);
        assertThat(values[rows.length + i]).isEqualTo(2 * rows[i] + 1);
      }
    }
  }
}
