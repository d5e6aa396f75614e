package org.fdistill.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DenseMapsTest {
  /** BEiT's and mmsegmentation's for ViT-B and ViT-L. */
  @Test
  void theBlocksAreThoseOfPublishedRecipes() {
    assertThat(DenseMaps.blocks(12)).containsExactly(3, 5, 7, 11);
    assertThat(DenseMaps.blocks(24)).containsExactly(7, 11, 15, 23);
  }

  @Test
  void theLastBlockIsAlwaysAmongThem() {
    assertThat(DenseMaps.blocks(1)).containsExactly(0, 0, 0, 0);
    assertThat(DenseMaps.blocks(2)).containsExactly(0, 0, 0, 1);
    assertThat(DenseMaps.blocks(40)).containsExactly(12, 19, 26, 39);
  }
}
