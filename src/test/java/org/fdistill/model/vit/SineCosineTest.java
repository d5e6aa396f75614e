package org.fdistill.model.vit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.util.Arrays;
import org.fdistill.proto.VitConfig.PositionKind;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.Test;

class SineCosineTest {
  /** Half a unit in the last place of a float32 near one, for each of two roundings from double. */
  private static final double TOLERANCE = 2 * Math.scalb(1.0, -25);

  @Test
  void tablesAreThoseOfMaeAndMocoV3() {
    Golden golden = Golden.open("vit/sine-cosine");
    for (JsonElement element : golden.description().getAsJsonArray("tables")) {
      JsonArray about = element.getAsJsonArray();
      String kind = about.get(0).getAsString();
      int grid = about.get(1).getAsInt();
      int width = about.get(2).getAsInt();
      String key = kind + "/" + grid + "/" + width;
      float[] table = new SineCosine(PositionKind.valueOf(kind), grid, width).table();
      double[] expected = golden.array(key).doubles();
      int[] positions = positions(key, table.length, expected.length);
      for (int i = 0; i < expected.length; i++) {
        assertThat(Math.abs(table[positions[i]] - expected[i])).as(key).isLessThan(TOLERANCE);
      }
    }
  }

  @Test
  void maeCountsColumnsFirstAndMocoV3Rows() {
    float[] mae = new SineCosine(PositionKind.SIN_COS_MAE, 3, 8).table();
    float[] moco = new SineCosine(PositionKind.SIN_COS_MOCO_V3, 3, 8).table();
    // The patch right of the first one: column 1, row 0.
    assertThat(mae[8]).isEqualTo((float) Math.sin(1));
    assertThat(moco[8]).isZero();
    assertThat(moco[8 + 4]).isEqualTo((float) Math.sin(1));
    // The patch below the first one.
    assertThat(mae[3 * 8]).isZero();
    assertThat(moco[3 * 8]).isEqualTo((float) Math.sin(1));
  }

  /** All entries of a table that is stored whole, else the sampled ones. */
  private static int[] positions(String key, int size, int stored) {
    if (stored < size) {
      return DeterministicValues.integers("sample/" + key, stored, size);
    }
    int[] all = new int[size];
    Arrays.setAll(all, i -> i);
    return all;
  }
}
