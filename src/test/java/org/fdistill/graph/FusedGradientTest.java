package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class FusedGradientTest {
  /** y = x b, whose rule claims three times the gradient by x, and b's upstream as it is. */
  private static final FusedGradient TRIPLED =
      FusedGradient.of(
          "TripledForTest",
          (tf, saved, dy) -> {
            Operand<TFloat32> b = asFloat(saved.get(0));
            Operand<TFloat32> upstream = asFloat(dy);
            return List.of(tf.math.mul(tf.math.mul(upstream, b), tf.constant(3f)), upstream);
          });

  @Test
  void theRuleTakesThePlaceOfTheGroupsOwnGradient() {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> a = run.input(new float[] {1, 2}, 2);
      Operand<TFloat32> b = run.input(new float[] {10, 20}, 2);
      Operand<TFloat32> y = TRIPLED.attach(tf, tf.math.mul(a, b), List.of(a, b), List.of(b));
      Operand<TFloat32> loss =
          tf.sum(tf.math.mul(y, tf.constant(new float[] {5, 7})), tf.constant(0));
      List<float[]> values = run.run(concat(y, run.gradients(loss, List.of(a, b))));
      assertThat(values.get(0)).containsExactly(10, 40);
      assertThat(values.get(1)).containsExactly(3 * 5 * 10, 3 * 7 * 20);
      assertThat(values.get(2)).containsExactly(5, 7);
    }
  }

  @Test
  void severalUsesInOneGraphAddUp() {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> a = run.input(new float[] {2}, 1);
      Operand<TFloat32> b = run.input(new float[] {1}, 1);
      Operand<TFloat32> y = a;
      for (Ops at : List.of(tf, tf, tf.withSubScope("blocks").withSubScope("in2"))) {
        y = TRIPLED.attach(at, at.math.mul(y, b), List.of(y, b), List.of(b));
      }
      Operand<TFloat32> loss = tf.sum(y, tf.constant(0));
      List<float[]> values = run.run(run.gradients(loss, List.of(a, b)));
      assertThat(values.get(0)).containsExactly(27);
      assertThat(values.get(1)).containsExactly(1 + 3 + 9);
    }
  }

  @Test
  void anIdentityNWithoutARuleIsAnErrorThatNamesTheNode() {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> a = run.input(new float[] {2}, 1);
      Operand<TFloat32> y =
          asFloat(tf.withName("somebodys_in1").identityN(List.of(a)).output().get(0));
      assertThatThrownBy(() -> run.gradients(tf.sum(y, tf.constant(0)), List.of(a)))
          .hasStackTraceContaining("no gradient for the IdentityN node somebodys_in1");
    }
  }

  @Test
  void aNameIsTakenOnceAndHoldsLettersOnly() {
    FusedGradient.Rule rule = (tf, saved, dy) -> List.of(dy);
    assertThatThrownBy(() -> FusedGradient.of("TripledForTest", rule))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TripledForTest");
    assertThatThrownBy(() -> FusedGradient.of("with_in2", rule))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("with_in2");
  }

  private static List<Operand<?>> concat(Operand<?> first, List<? extends Operand<?>> others) {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.<Operand<?>>of(first), others.stream())
        .toList();
  }

  @SuppressWarnings("unchecked") // Everything in these graphs is float32.
  private static Operand<TFloat32> asFloat(Operand<?> operand) {
    return (Operand<TFloat32>) operand;
  }
}
