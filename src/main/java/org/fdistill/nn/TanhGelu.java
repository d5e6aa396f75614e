package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.ActivationFunction.Forward;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * GELU's approximation by tanh (arXiv 1606.08415): x (1 + tanh u) / 2 with u = √(2/π) (x + 0.044715
 * x³). With p = 2u that is x sigmoid(p), which does not cancel for negative x.
 */
final class TanhGelu {
  private static final float LINEAR = (float) (2 * Math.sqrt(2 / Math.PI));
  private static final float CUBIC = 0.044715f * LINEAR;

  private static final ActivationFunction FUNCTION =
      new ActivationFunction("TanhGelu", TanhGelu::forward, TanhGelu::backward);

  private TanhGelu() {}

  /**
   * Applies the function to each element.
   *
   * @param x of any shape and precision
   */
  static Operand<TFloating> apply(LayerScope scope, Operand<TFloating> x) {
    return FUNCTION.apply(scope, x);
  }

  private static Forward forward(Ops tf, Operand<TFloating> x) {
    Operand<TFloating> cubed = tf.math.mul(tf.math.square(x), Scalars.like(tf, CUBIC, x));
    Operand<TFloating> slope = tf.math.add(cubed, Scalars.like(tf, LINEAR, x));
    Operand<TFloating> gate = tf.math.sigmoid(tf.math.mul(x, slope));
    Operand<TFloating> y = tf.math.mul(x, gate);
    return new Forward(y, List.of(gate, y, cubed));
  }

  /**
   * With s the sigmoid and y = x s: s + y (1 - s) p', where p' = 2√(2/π) (1 + 3 · 0.044715 x²) and
   * the second term of it is three times the saved one.
   */
  private static Operand<TFloating> backward(
      Ops tf, List<Operand<TFloating>> kept, Operand<TFloating> dy) {
    Operand<TFloating> s = kept.get(0);
    Operand<TFloating> y = kept.get(1);
    Operand<TFloating> cubed = kept.get(2);
    Operand<TFloating> slope =
        tf.math.add(tf.math.mul(cubed, Scalars.like(tf, 3, s)), Scalars.like(tf, LINEAR, s));
    Operand<TFloating> rest = tf.math.mul(y, tf.math.sub(Scalars.like(tf, 1, s), s));
    return tf.math.mul(dy, tf.math.add(s, tf.math.mul(rest, slope)));
  }
}
