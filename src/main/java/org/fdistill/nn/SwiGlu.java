package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.FusedGradient;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * SwiGLU (arXiv 2002.05202): of gate g and value v, silu(g) v with silu(g) = g sigmoid(g). Letter:
 * M width of each.
 */
final class SwiGlu {
  private static final FusedGradient GRADIENT =
      FusedGradient.of("SwiGluGradient", SwiGlu::gradients);

  private SwiGlu() {}

  /**
   * The function with a gradient by its formula, which keeps v, silu(g) and sigmoid(g).
   *
   * @param x [rows, 2M], gates first
   * @return [rows, M]
   */
  static Operand<TFloating> apply(Ops tf, Operand<TFloating> x) {
    List<? extends Operand<TFloating>> halves = tf.split(tf.constant(1), x, 2L).output();
    Operand<TFloating> value = halves.get(1);
    Operand<TFloating> sigmoid = tf.math.sigmoid(halves.get(0));
    Operand<TFloating> silu = tf.math.mul(halves.get(0), sigmoid);
    Operand<TFloating> y = tf.math.mul(silu, value);
    return GRADIENT.attach(tf, y, List.of(x), List.of(value, sigmoid, silu));
  }

  /** With s the sigmoid and a = g s: v (s + a (1 - s)) by the gate, a by the value. */
  @SuppressWarnings("unchecked") // The gradient has the type of x.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloating> v = (Operand<TFloating>) saved.get(0);
    Operand<TFloating> s = (Operand<TFloating>) saved.get(1);
    Operand<TFloating> a = (Operand<TFloating>) saved.get(2);
    Operand<TFloating> dy = (Operand<TFloating>) upstream;
    Operand<TFloating> rest = tf.math.mul(a, tf.math.sub(Scalars.like(tf, 1, s), s));
    Operand<TFloating> slope = tf.math.add(s, rest);
    Operand<TFloating> byGate = tf.math.mul(tf.math.mul(dy, v), slope);
    return List.of(tf.concat(List.of(byGate, tf.math.mul(dy, a)), tf.constant(1)));
  }
}
