package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.ActivationFunction.Forward;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** The exact GELU: x Φ(x), with Φ by the error function (arXiv 1606.08415). */
public final class Gelu {
  private static final float ROOT_HALF = (float) Math.sqrt(0.5);
  private static final float LOG_TWO_BY_ROOT_PI = (float) Math.log(2 / Math.sqrt(Math.PI));

  private static final ActivationFunction FUNCTION =
      new ActivationFunction("Gelu", Gelu::forward, Gelu::backward);

  private Gelu() {}

  /**
   * Applies the function to each element.
   *
   * @param x of any shape and precision
   */
  public static Operand<TFloating> apply(LayerScope scope, Operand<TFloating> x) {
    return FUNCTION.apply(scope, x);
  }

  private static Forward forward(Ops tf, Operand<TFloating> x) {
    Operand<TFloating> z = tf.math.mul(x, Scalars.like(tf, ROOT_HALF, x));
    Operand<TFloating> twicePhi = tf.math.add(tf.math.erf(z), Scalars.like(tf, 1, x));
    Operand<TFloating> half = tf.math.mul(x, Scalars.like(tf, 0.5f, x));
    return new Forward(tf.math.mul(half, twicePhi), List.of(z, twicePhi));
  }

  /**
   * Φ(x) + x φ(x), which with z = x/√2 is half of 1 + erf z + z exp(ln(2/√π) - z²): the factor
   * stands in the exponent, where the sign takes a pass over memory anyway.
   */
  private static Operand<TFloating> backward(
      Ops tf, List<Operand<TFloating>> kept, Operand<TFloating> dy) {
    Operand<TFloating> z = kept.get(0);
    Operand<TFloating> factor = Scalars.like(tf, LOG_TWO_BY_ROOT_PI, z);
    Operand<TFloating> bell = tf.math.exp(tf.math.sub(factor, tf.math.square(z)));
    Operand<TFloating> twice = tf.math.add(kept.get(1), tf.math.mul(z, bell));
    return tf.math.mul(tf.math.mul(twice, Scalars.like(tf, 0.5f, z)), dy);
  }
}
