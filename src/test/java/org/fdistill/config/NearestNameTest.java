package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  @Test
  void distanceCountsEditsAndNeighbourSwaps() {
    assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(NearestName.distance("widht", "width")).isEqualTo(1);
    assertThat(NearestName.distance("", "abc")).isEqualTo(3);
    assertThat(NearestName.distance("Depth", "depth")).isZero();
  }

  @Test
  void onlyCloseNamesAreOffered() {
    List<String> names = List.of("train", "evaluate", "export");
    assertThat(NearestName.hint("trian", names)).isEqualTo(" Did you mean 'train'?");
    assertThat(NearestName.hint("segment", names)).isEmpty();
  }
}
