package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.FusedGradient;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** The exact GELU: x Φ(x), with Φ by the error function (arXiv 1606.08415). */
public final class Gelu {
  private static final float ROOT_HALF = (float) Math.sqrt(0.5);
  private static final float INVERSE_ROOT_PI = (float) (1 / Math.sqrt(Math.PI));

  private static final FusedGradient GRADIENT = FusedGradient.of("GeluGradient", Gelu::gradients);

  private Gelu() {}

  /**
   * Applies the function to each element.
   *
   * @param x of any shape and precision
   */
  public static Operand<TFloating> apply(Ops tf, Operand<TFloating> x) {
    Operand<TFloating> z = tf.math.mul(x, Scalars.like(tf, ROOT_HALF, x));
    Operand<TFloating> twicePhi = tf.math.add(tf.math.erf(z), Scalars.like(tf, 1, x));
    Operand<TFloating> half = tf.math.mul(x, Scalars.like(tf, 0.5f, x));
    Operand<TFloating> y = tf.math.mul(half, twicePhi);
    return GRADIENT.attach(tf, y, List.of(x), List.of(z, twicePhi));
  }

  /** Φ(x) + x φ(x), which with z = x/√2 is (1 + erf z)/2 + z exp(-z²)/√π. */
  @SuppressWarnings("unchecked") // The gradient has the type of x.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloating> z = (Operand<TFloating>) saved.get(0);
    Operand<TFloating> twicePhi = (Operand<TFloating>) saved.get(1);
    Operand<TFloating> dy = (Operand<TFloating>) upstream;
    Operand<TFloating> bell = tf.math.exp(tf.math.neg(tf.math.square(z)));
    Operand<TFloating> density =
        tf.math.mul(tf.math.mul(z, Scalars.like(tf, INVERSE_ROOT_PI, z)), bell);
    Operand<TFloating> phi = tf.math.mul(twicePhi, Scalars.like(tf, 0.5f, z));
    return List.of(tf.math.mul(dy, tf.math.add(phi, density)));
  }
}
