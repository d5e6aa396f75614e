package org.fdistill.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Seeds;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

class DropPathTest {
  private static final int BATCH = 4000;
  private static final int TOKENS = 3;
  private static final int WIDTH = 2;
  private static final int EXAMPLE = TOKENS * WIDTH;
  private static final float RATE = 0.25f;

  @Test
  void theRampRunsFromNothingToTheRate() {
    assertThat(DropPath.ramp(0.3f, 4)).containsExactly(new float[] {0, 0.1f, 0.2f, 0.3f}, EXACT);
    assertThat(DropPath.ramp(0.3f, 1)).containsExactly(0);
  }

  /** One rounding of a float32. */
  private static final org.assertj.core.data.Offset<Float> EXACT = within(3e-8f);

  @Test
  void anExampleIsDroppedAsAWholeOrDividedByTheKeepRate() {
    float[] kept = draw(1, 0, "attn");
    for (int example = 0; example < BATCH; example++) {
      float[] values = Arrays.copyOfRange(kept, example * EXAMPLE, (example + 1) * EXAMPLE);
      assertThat(values).containsOnly(values[0]);
      assertThat(values[0]).isIn(0f, 1 / (1 - RATE));
    }
  }

  @Test
  void theMeanStays() {
    double sum = 0;
    for (float value : draw(1, 0, "attn")) {
      sum += value;
    }
    // The deviation of one example is sqrt(rate / (1 - rate)) = 0.577: four standard errors.
    assertThat(sum / (BATCH * EXAMPLE)).isCloseTo(1, within(4 * 0.577 / Math.sqrt(BATCH)));
  }

  @Test
  void drawsDifferByStepPurposeAndRunAndRepeatOtherwise() {
    float[] first = draw(1, 0, "attn");
    assertThat(draw(1, 0, "attn")).isEqualTo(first);
    for (float[] other : List.of(draw(1, 1, "attn"), draw(1, 0, "mlp"), draw(2, 0, "attn"))) {
      // Independent draws agree in 0.75² + 0.25² = 0.625 of the examples, within 0.008.
      int agree = 0;
      for (int example = 0; example < BATCH; example++) {
        agree += first[example * EXAMPLE] == other[example * EXAMPLE] ? 1 : 0;
      }
      assertThat((double) agree / BATCH).isCloseTo(0.625, within(0.032));
    }
  }

  @Test
  void inferenceAndARateOfZeroLeaveTheBranchAlone() {
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> branch = ones(run);
      LayerScope inference = LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32);
      assertThat(DropPath.apply(inference, "attn", branch, TOKENS, RATE)).isSameAs(branch);
      LayerScope training = training(run, 1, 0);
      assertThat(DropPath.apply(training, "attn", branch, TOKENS, 0)).isSameAs(branch);
    }
  }

  private static float[] draw(long seed, long step, String purpose) {
    try (GraphRun run = new GraphRun()) {
      LayerScope scope = training(run, seed, step).at("student");
      return run.run(List.of(DropPath.apply(scope, purpose, ones(run), TOKENS, RATE))).get(0);
    }
  }

  private static LayerScope training(GraphRun run, long seed, long step) {
    return LayerScope.training(
        run.tf(),
        run.variables(),
        Precision.FLOAT32,
        new Seeds(run.scalar(seed), run.scalar(step)));
  }

  private static Operand<TFloat32> ones(GraphRun run) {
    float[] values = new float[BATCH * EXAMPLE];
    Arrays.fill(values, 1);
    return run.input(values, BATCH * TOKENS, WIDTH);
  }
}
