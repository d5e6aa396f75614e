package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * GELU's approximation by tanh (arXiv 1606.08415): x (1 + tanh u) / 2 with u = √(2/π) (x + 0.044715
 * x³). With p = 2u that is x sigmoid(p), which does not cancel for negative x.
 */
final class TanhGelu {
  private static final float LINEAR = (float) (2 * Math.sqrt(2 / Math.PI));
  private static final float CUBIC = 0.044715f * LINEAR;

  private static final FusedGradient GRADIENT =
      FusedGradient.of("TanhGeluGradient", TanhGelu::gradients);

  private static final ActivationLoop LOOP =
      ActivationLoop.of("TanhGeluLoop", TanhGelu::value, TanhGelu::slope);

  private TanhGelu() {}

  /**
   * Applies the function to each element.
   *
   * @param x of any shape and precision
   */
  static Operand<TFloating> apply(LayerScope scope, Operand<TFloating> x) {
    Ops tf = scope.tf();
    if (CompiledLoop.pays(scope, x)) {
      return LOOP.apply(tf, x);
    }
    Operand<TFloating> cubed = tf.math.mul(tf.math.square(x), Scalars.like(tf, CUBIC, x));
    Operand<TFloating> slope = tf.math.add(cubed, Scalars.like(tf, LINEAR, x));
    Operand<TFloating> gate = tf.math.sigmoid(tf.math.mul(x, slope));
    Operand<TFloating> y = tf.math.mul(x, gate);
    return GRADIENT.attach(tf, y, List.of(x), List.of(gate, y, cubed));
  }

  /**
   * With s the sigmoid and y = x s: s + y (1 - s) p', where p' = 2√(2/π) (1 + 3 · 0.044715 x²) and
   * the second term of it is three times the saved one.
   */
  @SuppressWarnings("unchecked") // The gradient has the type of x.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloating> s = (Operand<TFloating>) saved.get(0);
    Operand<TFloating> y = (Operand<TFloating>) saved.get(1);
    Operand<TFloating> cubed = (Operand<TFloating>) saved.get(2);
    Operand<TFloating> dy = (Operand<TFloating>) upstream;
    Operand<TFloating> slope =
        tf.math.add(tf.math.mul(cubed, Scalars.like(tf, 3, s)), Scalars.like(tf, LINEAR, s));
    Operand<TFloating> rest = tf.math.mul(y, tf.math.sub(Scalars.like(tf, 1, s), s));
    return List.of(tf.math.mul(dy, tf.math.add(s, tf.math.mul(rest, slope))));
  }

  private static Operand<TFloat32> value(Ops tf, Operand<TFloat32> x) {
    return tf.math.mul(x, gate(tf, x, cubed(tf, x)));
  }

  /** As in {@link #gradients}. */
  private static Operand<TFloat32> slope(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> cubed = cubed(tf, x);
    Operand<TFloat32> s = gate(tf, x, cubed);
    Operand<TFloat32> rest = tf.math.mul(tf.math.mul(x, s), tf.math.sub(tf.constant(1f), s));
    Operand<TFloat32> inner = tf.math.add(tf.math.mul(cubed, tf.constant(3f)), tf.constant(LINEAR));
    return tf.math.add(s, tf.math.mul(rest, inner));
  }

  /** The sigmoid of p = x (cubed + LINEAR). */
  private static Operand<TFloat32> gate(Ops tf, Operand<TFloat32> x, Operand<TFloat32> cubed) {
    return tf.math.sigmoid(tf.math.mul(x, tf.math.add(cubed, tf.constant(LINEAR))));
  }

  private static Operand<TFloat32> cubed(Ops tf, Operand<TFloat32> x) {
    return tf.math.mul(tf.math.square(x), tf.constant(CUBIC));
  }
}
