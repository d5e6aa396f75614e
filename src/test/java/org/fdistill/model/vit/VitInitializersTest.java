package org.fdistill.model.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.fdistill.graph.Initializer;
import org.fdistill.proto.VitConfig.Initialization;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TInt64;

class VitInitializersTest {
  private static final int WIDTH = 48;
  private static final VitInitializers MAE = new VitInitializers(Initialization.MAE, WIDTH);
  private static final VitInitializers MOCO = new VitInitializers(Initialization.MOCO_V3, WIDTH);

  @Test
  void patchKernelsAreGlorotUniformAsTheMatrixOfTheirProduct() {
    double limit = Math.sqrt(6.0 / (3 * 8 * 8 + WIDTH));
    assertUniform(draw(MAE.kernel(), 8, 8, 3, WIDTH), limit);
    assertUniform(draw(MOCO.kernel(), 8, 8, 3, WIDTH), limit);
  }

  @Test
  void mocoTakesQueriesKeysAndValuesEachByItselfAndMaeTogether() {
    assertUniform(draw(MAE.queriesKeysValues(), WIDTH, 3 * WIDTH), Math.sqrt(6.0 / (4 * WIDTH)));
    assertUniform(draw(MOCO.queriesKeysValues(), WIDTH, 3 * WIDTH), Math.sqrt(6.0 / (2 * WIDTH)));
  }

  @Test
  void kernelsThatEndABranchAreRescaledInFeatureDistillationAndBeitAlone() {
    for (Initialization kind : Initialization.values()) {
      VitInitializers initializers = new VitInitializers(kind, WIDTH);
      float[] inner = draw(initializers.kernel(), WIDTH, WIDTH);
      float[] end = draw(initializers.branchEnd(7), WIDTH, WIDTH);
      boolean rescaled = kind == Initialization.FEATURE_DISTILLATION || kind == Initialization.BEIT;
      assertThat(end[0] / inner[0]).as(kind.name()).isCloseTo(rescaled ? 0.25f : 1, within(1e-6f));
    }
  }

  @Test
  void tokensHaveTheDeviationOfTheirPaper() {
    // Four standard errors of a deviation from 30,000 draws: 4 / sqrt(2 n) = 1.6 %.
    assertThat(deviation(draw(MAE.tokens(), 1, 30_000))).isCloseTo(0.02, within(0.02 * 0.016));
    assertThat(deviation(draw(MOCO.tokens(), 1, 30_000))).isCloseTo(1e-6, within(1e-6 * 0.016));
    assertThat(deviation(draw(MOCO.positions(), 1, 30_000))).isCloseTo(0.02, within(0.02 * 0.016));
  }

  /** Of n draws the largest lies within a share of 1e-2 of the limit, all but exp(-n / 100). */
  private static void assertUniform(float[] values, double limit) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).isBetween(limit * 0.99, limit * (1 + 1e-6));
    // Four standard errors of a deviation, each at most deviation / sqrt(2 n).
    assertThat(deviation(values))
        .isCloseTo(limit / Math.sqrt(3), within(4 * limit / Math.sqrt(6.0 * values.length)));
  }

  private static float[] draw(Initializer initializer, long... shape) {
    try (GraphRun run = new GraphRun()) {
      Operand<TInt64> seed = run.tf().constant(new long[] {1, 2});
      return run.run(List.of(initializer.value(run.tf(), Shape.of(shape), seed))).get(0);
    }
  }

  private static double deviation(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares / values.length);
  }
}
