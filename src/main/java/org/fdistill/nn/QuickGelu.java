package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.FusedGradient;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** GELU's approximation by the sigmoid, x sigmoid(1.702 x), as in OpenAI's CLIP. */
final class QuickGelu {
  private static final float SLOPE = 1.702f;

  private static final FusedGradient GRADIENT =
      FusedGradient.of("QuickGeluGradient", QuickGelu::gradients);

  private QuickGelu() {}

  /**
   * Applies the function to each element.
   *
   * @param x of any shape and precision
   */
  static Operand<TFloating> apply(Ops tf, Operand<TFloating> x) {
    Operand<TFloating> gate = tf.math.sigmoid(tf.math.mul(x, Scalars.like(tf, SLOPE, x)));
    Operand<TFloating> y = tf.math.mul(x, gate);
    return GRADIENT.attach(tf, y, List.of(x), List.of(gate, y));
  }

  /** With s the sigmoid and y = x s: s + 1.702 y (1 - s). */
  @SuppressWarnings("unchecked") // The gradient has the type of x.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloating> s = (Operand<TFloating>) saved.get(0);
    Operand<TFloating> y = (Operand<TFloating>) saved.get(1);
    Operand<TFloating> dy = (Operand<TFloating>) upstream;
    Operand<TFloating> rest = tf.math.mul(y, tf.math.sub(Scalars.like(tf, 1, s), s));
    Operand<TFloating> bent = tf.math.mul(rest, Scalars.like(tf, SLOPE, s));
    return List.of(tf.math.mul(dy, tf.math.add(s, bent)));
  }
}
