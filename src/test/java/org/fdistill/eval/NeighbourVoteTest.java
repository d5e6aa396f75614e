package org.fdistill.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NeighbourVoteTest {
  private static final float[] SIMILARITIES = {0.9f, 0.8f, 0.79f};
  private static final int[] LABELS = {2, 1, 1};

  @Test
  void oneCloseNeighbourOutweighsTwoFarther() {
    // exp(0.1 / 0.07) = 4.17 votes against 1 + 0.87.
    assertThat(NeighbourVote.weighted(3).classify(SIMILARITIES, LABELS)).isEqualTo(2);
    // exp(0.1) = 1.11 against 1 + 0.99: a high temperature counts heads.
    assertThat(NeighbourVote.weighted(3, 1).classify(SIMILARITIES, LABELS)).isEqualTo(1);
  }

  @Test
  void weightsAreExponentialInTheSimilarity() {
    double[] votes = NeighbourVote.weighted(3).votes(SIMILARITIES, LABELS);
    // Similarities are floats of relative precision 6e-8; divided by 0.07 that is 2e-6 at most.
    assertThat(votes[0]).isZero();
    assertThat(votes[1] / votes[2])
        .isCloseTo(Math.exp(-0.1 / 0.07) + Math.exp(-0.11 / 0.07), within(2e-6));
  }

  @Test
  void theOrderOfNeighboursDoesNotMatter() {
    float[] turned = {0.79f, 0.8f, 0.9f};
    int[] labels = {1, 1, 2};
    assertThat(NeighbourVote.weighted(3).classify(turned, labels)).isEqualTo(2);
  }

  @Test
  void amongEqualVotesTheMostSimilarNeighbourDecides() {
    float[] similarities = {0.5f, 0.7f, 0.6f, 0.55f};
    int[] labels = {0, 3, 0, 3};
    // At this temperature each vote is 1 to the bit.
    assertThat(NeighbourVote.weighted(4, 1e300).classify(similarities, labels)).isEqualTo(3);
  }

  @Test
  void smallTemperaturesDoNotOverflow() {
    assertThat(NeighbourVote.weighted(3, 1e-4).classify(SIMILARITIES, LABELS)).isEqualTo(2);
  }

  @Test
  void everyNeighbourNeedsALabel() {
    assertThatThrownBy(() -> NeighbourVote.weighted(3).classify(SIMILARITIES, new int[] {1}))
        .hasMessage("1 labels for 3 similarities");
  }
}
