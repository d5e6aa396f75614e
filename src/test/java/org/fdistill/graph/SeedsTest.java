package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class SeedsTest {
  private static final List<String> PURPOSES =
      List.of("student/blocks/00/drop_attn", "student/blocks/00/drop_mlp", "crop");

  @Test
  void runStepAndPurposeEachChangeTheDraw() {
    List<List<Float>> draws = new ArrayList<>();
    for (long run : new long[] {0, 1, Long.MAX_VALUE}) {
      for (long step : new long[] {0, 1, 123_456_789_012L}) {
        draws.addAll(draws(run, step));
      }
    }
    assertThat(draws).hasSize(27).doesNotHaveDuplicates();
  }

  @Test
  void theSameRunStepAndPurposeGiveTheSameDraw() {
    assertThat(draws(7, 3)).isEqualTo(draws(7, 3));
  }

  /** Four values for each purpose. */
  private static List<List<Float>> draws(long seed, long step) {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Seeds seeds = new Seeds(run.scalar(seed), run.scalar(step));
      List<Operand<TFloat32>> draws = new ArrayList<>();
      for (String purpose : PURPOSES) {
        draws.add(
            tf.random.statelessRandomUniform(
                tf.constant(new int[] {4}), seeds.of(tf, purpose), TFloat32.class));
      }
      return run.run(draws).stream().map(SeedsTest::boxed).toList();
    }
  }

  private static List<Float> boxed(float[] values) {
    List<Float> boxed = new ArrayList<>();
    for (float value : values) {
      boxed.add(value);
    }
    return boxed;
  }
}
