package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** GELU's approximation by the sigmoid, x sigmoid(1.702 x), as in OpenAI's CLIP. */
final class QuickGelu {
  private static final float SLOPE = 1.702f;

  private static final FusedGradient GRADIENT =
      FusedGradient.of("QuickGeluGradient", QuickGelu::gradients);

  private static final ActivationLoop LOOP =
      ActivationLoop.of("QuickGeluLoop", QuickGelu::value, QuickGelu::slope);

  private QuickGelu() {}

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

  private static Operand<TFloat32> value(Ops tf, Operand<TFloat32> x) {
    return tf.math.mul(x, gate(tf, x));
  }

  private static Operand<TFloat32> slope(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> s = gate(tf, x);
    Operand<TFloat32> rest = tf.math.mul(tf.math.mul(x, s), tf.math.sub(tf.constant(1f), s));
    return tf.math.add(s, tf.math.mul(rest, tf.constant(SLOPE)));
  }

  private static Operand<TFloat32> gate(Ops tf, Operand<TFloat32> x) {
    return tf.math.sigmoid(tf.math.mul(x, tf.constant(SLOPE)));
  }
}
