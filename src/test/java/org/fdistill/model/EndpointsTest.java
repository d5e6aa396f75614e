package org.fdistill.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class EndpointsTest {
  /** One image, seven tokens of one channel: three of a prefix and 2 x 2 patches. */
  private static final float[] TOKENS = {1, 2, 3, 10, 20, 30, 40};

  @Test
  void registersStandBetweenClassTokenAndPatches() {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Endpoints endpoints = Endpoints.ofTokens(run.input(TOKENS, 1, 7, 1), 3, true, 2, 1, 4);
      List<float[]> values =
          run.run(
              List.of(
                  endpoints.classToken(tf),
                  endpoints.classAndPatchTokens(tf),
                  endpoints.patchTokens(tf),
                  endpoints.pooled(tf)));
      assertThat(values.get(0)).containsExactly(1);
      assertThat(values.get(1)).containsExactly(1, 10, 20, 30, 40);
      assertThat(values.get(2)).containsExactly(10, 20, 30, 40);
      assertThat(values.get(3)).containsExactly(25);
    }
  }

  @Test
  void registersAloneAreNoClassToken() {
    try (GraphRun run = new GraphRun()) {
      Endpoints endpoints = Endpoints.ofTokens(run.input(TOKENS, 1, 7, 1), 3, false, 2, 1, 4);
      assertThat(endpoints.hasClassToken()).isFalse();
      assertThatThrownBy(() -> endpoints.classToken(run.tf()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no class token");
      assertThatThrownBy(() -> endpoints.classAndPatchTokens(run.tf()))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void patchesThatAnotherNetworkSawStandForTheSamePlaces() {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Endpoints whole = Endpoints.ofTokens(run.input(TOKENS, 1, 7, 1), 3, true, 2, 1, 4);
      Endpoints other =
          Endpoints.ofTokens(run.input(new float[] {7, 8, 9}, 1, 3, 1), 1, true, 2, 1, 4)
              .keeping(tf.constant(new int[][] {{3, 1}}));
      Endpoints seen = whole.seenBy(tf, other);
      List<float[]> values =
          run.run(List.of(seen.patchTokens(tf), seen.classAndPatchTokens(tf), seen.tokens()));
      assertThat(values.get(0)).containsExactly(40, 20);
      assertThat(values.get(1)).containsExactly(1, 40, 20);
      assertThat(values.get(2)).containsExactly(1, 2, 3, 40, 20);
      assertThat(other.patchTokens(tf).shape().asArray()).containsExactly(1, 2, 1);
      assertThat(whole.seenBy(tf, whole)).isSameAs(whole);
      assertThatThrownBy(() -> seen.featureMap(tf)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void withoutRegistersTheTokensAreThemselvesClassTokenAndPatches() {
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> tokens = run.input(new float[] {1, 2, 3, 4, 5}, 1, 5, 1);
      Endpoints endpoints = Endpoints.ofTokens(tokens, 1, true, 2, 1, 4);
      assertThat(endpoints.classAndPatchTokens(run.tf())).isSameAs(tokens);
    }
  }
}
