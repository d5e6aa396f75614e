package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** The exact GELU: x Φ(x), with Φ by the error function (arXiv 1606.08415). */
public final class Gelu {
  private static final float ROOT_HALF = (float) Math.sqrt(0.5);
  private static final float LOG_TWO_BY_ROOT_PI = (float) Math.log(2 / Math.sqrt(Math.PI));

  private static final FusedGradient GRADIENT = FusedGradient.of("GeluGradient", Gelu::gradients);

  private static final ActivationLoop LOOP =
      ActivationLoop.of("GeluLoop", Gelu::value, Gelu::slope);

  private Gelu() {}

  /**
   * Applies the function to each element.
   *
   * @param x of any shape and precision
   */
  public static Operand<TFloating> apply(LayerScope scope, Operand<TFloating> x) {
    Ops tf = scope.tf();
    if (CompiledLoop.pays(scope, x)) {
      return LOOP.apply(tf, x);
    }
    Operand<TFloating> z = tf.math.mul(x, Scalars.like(tf, ROOT_HALF, x));
    Operand<TFloating> twicePhi = tf.math.add(tf.math.erf(z), Scalars.like(tf, 1, x));
    Operand<TFloating> half = tf.math.mul(x, Scalars.like(tf, 0.5f, x));
    Operand<TFloating> y = tf.math.mul(half, twicePhi);
    return GRADIENT.attach(tf, y, List.of(x), List.of(z, twicePhi));
  }

  /**
   * Φ(x) + x φ(x), which with z = x/√2 is half of 1 + erf z + z exp(ln(2/√π) - z²): the factor
   * stands in the exponent, where the sign takes a pass over memory anyway.
   */
  @SuppressWarnings("unchecked") // The gradient has the type of x.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloating> z = (Operand<TFloating>) saved.get(0);
    Operand<TFloating> twicePhi = (Operand<TFloating>) saved.get(1);
    Operand<TFloating> dy = (Operand<TFloating>) upstream;
    Operand<TFloating> factor = Scalars.like(tf, LOG_TWO_BY_ROOT_PI, z);
    Operand<TFloating> bell = tf.math.exp(tf.math.sub(factor, tf.math.square(z)));
    Operand<TFloating> twice = tf.math.add(twicePhi, tf.math.mul(z, bell));
    return List.of(tf.math.mul(tf.math.mul(twice, Scalars.like(tf, 0.5f, z)), dy));
  }

  private static Operand<TFloat32> value(Ops tf, Operand<TFloat32> x) {
    return tf.math.mul(tf.math.mul(x, tf.constant(0.5f)), twicePhi(tf, root(tf, x)));
  }

  /** As in {@link #gradients}. */
  private static Operand<TFloat32> slope(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> z = root(tf, x);
    Operand<TFloat32> factor = tf.constant(LOG_TWO_BY_ROOT_PI);
    Operand<TFloat32> bell = tf.math.exp(tf.math.sub(factor, tf.math.square(z)));
    Operand<TFloat32> twice = tf.math.add(twicePhi(tf, z), tf.math.mul(z, bell));
    return tf.math.mul(twice, tf.constant(0.5f));
  }

  private static Operand<TFloat32> root(Ops tf, Operand<TFloat32> x) {
    return tf.math.mul(x, tf.constant(ROOT_HALF));
  }

  private static Operand<TFloat32> twicePhi(Ops tf, Operand<TFloat32> z) {
    return tf.math.add(tf.math.erf(z), tf.constant(1f));
  }
}
