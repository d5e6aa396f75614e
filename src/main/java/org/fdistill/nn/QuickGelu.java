package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.ActivationFunction.Forward;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** GELU's approximation by the sigmoid, x sigmoid(1.702 x), as in OpenAI's CLIP. */
final class QuickGelu {
  private static final float SLOPE = 1.702f;

  private static final ActivationFunction FUNCTION =
      new ActivationFunction("QuickGelu", QuickGelu::forward, QuickGelu::backward);

  private QuickGelu() {}

  /**
   * Applies the function to each element.
   *
   * @param x of any shape and precision
   */
  static Operand<TFloating> apply(LayerScope scope, Operand<TFloating> x) {
    return FUNCTION.apply(scope, x);
  }

  private static Forward forward(Ops tf, Operand<TFloating> x) {
    Operand<TFloating> gate = tf.math.sigmoid(tf.math.mul(x, Scalars.like(tf, SLOPE, x)));
    Operand<TFloating> y = tf.math.mul(x, gate);
    return new Forward(y, List.of(gate, y));
  }

  /** With s the sigmoid and y = x s: s + 1.702 y (1 - s). */
  private static Operand<TFloating> backward(
      Ops tf, List<Operand<TFloating>> kept, Operand<TFloating> dy) {
    Operand<TFloating> s = kept.get(0);
    Operand<TFloating> y = kept.get(1);
    Operand<TFloating> rest = tf.math.mul(y, tf.math.sub(Scalars.like(tf, 1, s), s));
    Operand<TFloating> bent = tf.math.mul(rest, Scalars.like(tf, SLOPE, s));
    return tf.math.mul(dy, tf.math.add(s, bent));
  }
}
