package org.fdistill.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** 1,024 images at 1,024 images a second: one worker's step takes a second. */
class ScalingTest {
  private static final double EXACT = 1e-12;

  private static Scaling scaling(
      int microBatch, List<Long> buckets, double bandwidth, double latency, double decoded) {
    return new Scaling(
        1024,
        microBatch,
        1024,
        0.5,
        buckets,
        new Scaling.Link(bandwidth, latency),
        true,
        decoded > 0 ? OptionalDouble.of(decoded) : OptionalDouble.empty());
  }

  @Test
  void whatOneExchangeTakesIsAddedToTheComputation() {
    // One piece of 8 bytes is ready at the end: 2 (4 - 1) / 4 x 8 bytes at 48 bytes a second, and
    // 6 turns of 0.01 s, after 1/4 s.
    Scaling.Row row = scaling(1024, List.of(8L), 48, 0.01, 0).row(4);
    assertThat(1 / row.stepsPerSecond()).isCloseTo(0.25 + 0.25 + 0.06, within(EXACT));
    assertThat(row.efficiency()).isCloseTo(0.25 / 0.56, within(EXACT));
    assertThat(row.limit()).isEqualTo(Scaling.Limit.LINKS);
  }

  @Test
  void piecesGoWhileTheBackwardPassComputes() {
    // Two workers: 0.5 s each, of which the last 0.25 s are the backward pass. Five pieces take
    // 0.05 s each, as fast as they are made: one is left when the pass ends.
    Scaling.Row fast = scaling(1024, Collections.nCopies(5, 10L), 200, 0, 0).row(2);
    assertThat(1 / fast.stepsPerSecond()).isCloseTo(0.55, within(EXACT));
    // At half the bandwidth the link is busy from the first piece, at 0.3 s, for 5 x 0.1 s.
    Scaling.Row slow = scaling(1024, Collections.nCopies(5, 10L), 100, 0, 0).row(2);
    assertThat(1 / slow.stepsPerSecond()).isCloseTo(0.8, within(EXACT));
  }

  @Test
  void onProcessorsThatComputeNothingIsHidden() {
    Scaling beside = scaling(1024, Collections.nCopies(5, 10L), 200, 0.01, 0);
    Scaling alone =
        new Scaling(
            beside.batch(),
            beside.microBatch(),
            beside.rate(),
            beside.backward(),
            beside.buckets(),
            beside.link(),
            false,
            beside.decoded());
    // Five pieces of 0.05 s and two turns of 0.01 s each follow the 0.5 s of computation.
    assertThat(1 / alone.row(2).stepsPerSecond()).isCloseTo(0.5 + 5 * 0.07, within(EXACT));
    assertThat(alone.row(2).efficiency()).isLessThan(beside.row(2).efficiency());
  }

  @Test
  void accumulationHidesLessOfAStep() {
    // The last of two backward passes takes 0.125 s: pieces are ready from 0.4 s on.
    Scaling.Row row = scaling(256, Collections.nCopies(5, 10L), 100, 0, 0).row(2);
    assertThat(1 / row.stepsPerSecond()).isCloseTo(0.4 + 0.5, within(EXACT));
  }

  @Test
  void oneWorkerExchangesNothingAndDecodingMayBeTheLimit() {
    assertThat(scaling(1024, List.of(8L), 1, 1, 0).row(1))
        .isEqualTo(new Scaling.Row(1, 1, 1, Scaling.Limit.COMPUTATION));
    Scaling.Row row = scaling(1024, List.of(8L), 1e9, 0, 512).row(4);
    assertThat(row.stepsPerSecond()).isCloseTo(2, within(EXACT));
    assertThat(row.limit()).isEqualTo(Scaling.Limit.INPUT);
  }

  @Test
  void rowsAreThoseThatShareTheBatchAndTheKneeIsTheLastGoodOne() {
    Scaling scaling = scaling(512, List.of(100L), 1e4, 1e-3, 0);
    List<Scaling.Row> rows = scaling.rows(1024);
    assertThat(rows)
        .extracting(Scaling.Row::workers)
        .containsExactly(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024);
    assertThat(scaling.rows(3)).extracting(Scaling.Row::workers).containsExactly(1, 2);
    assertThat(rows).isSortedAccordingTo((a, b) -> Double.compare(b.efficiency(), a.efficiency()));
    int knee = Scaling.knee(rows);
    assertThat(scaling.row(knee).efficiency()).isGreaterThanOrEqualTo(Scaling.GOOD);
    assertThat(scaling.row(2 * knee).efficiency()).isLessThan(Scaling.GOOD);
  }
}
