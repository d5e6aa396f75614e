package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Rotary positions (arXiv 2104.09864): in each head, channels i and i + D/2 are the coordinates of
 * a point that is turned by the token's i-th angle. Turned queries and keys meet in products that
 * depend on the difference of their angles alone. In float32, as DINOv3's code has it. Letters: B
 * batch, H heads, N tokens, D head width.
 *
 * @param cosine of the angles, [N, D/2], or [B, 1, N, D/2] where they differ by example
 * @param sine of the angles, of the same shape
 */
public record RotaryPositions(Operand<TFloat32> cosine, Operand<TFloat32> sine) {
  private static final FusedGradient GRADIENT =
      FusedGradient.of("RotaryGradient", RotaryPositions::gradients);

  /**
   * Those of the visible tokens.
   *
   * @param visible tokens of each example
   */
  public RotaryPositions of(Ops tf, VisibleTokens visible) {
    return visible.isAll()
        ? this
        : new RotaryPositions(rows(tf, visible, cosine), rows(tf, visible, sine));
  }

  private static Operand<TFloat32> rows(
      Ops tf, VisibleTokens visible, Operand<TFloat32> ofEveryToken) {
    Operand<TFloat32> table = tf.expandDims(ofEveryToken, tf.constant(0));
    return tf.expandDims(visible.ofTable(tf, table), tf.constant(1));
  }

  /**
   * Turns the channels of every token.
   *
   * @param x [B, H, N, D]
   * @return the same shape and type
   */
  Operand<TFloating> apply(Ops tf, Operand<TFloating> x) {
    Operand<TFloating> y = Precision.like(tf, turned(tf, Precision.full(tf, x), cosine, sine), x);
    return GRADIENT.attach(tf, y, List.of(x), List.of(cosine, sine));
  }

  private static Operand<TFloat32> turned(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> cosine, Operand<TFloat32> sine) {
    List<? extends Operand<TFloat32>> halves = tf.split(tf.constant(3), x, 2L).output();
    Operand<TFloat32> a = halves.get(0);
    Operand<TFloat32> b = halves.get(1);
    Operand<TFloat32> first = tf.math.sub(tf.math.mul(a, cosine), tf.math.mul(b, sine));
    Operand<TFloat32> second = tf.math.add(tf.math.mul(b, cosine), tf.math.mul(a, sine));
    return tf.concat(List.of(first, second), tf.constant(3));
  }

  /** Turned back. */
  @SuppressWarnings("unchecked") // apply() above says which tensors these are.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloat32> cosine = (Operand<TFloat32>) saved.get(0);
    Operand<TFloat32> sine = (Operand<TFloat32>) saved.get(1);
    Operand<TFloating> dy = (Operand<TFloating>) upstream;
    Operand<TFloat32> dx = turned(tf, Precision.full(tf, dy), cosine, tf.math.neg(sine));
    return List.of(Precision.like(tf, dx, dy));
  }
}
