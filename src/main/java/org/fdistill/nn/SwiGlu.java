package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.ActivationFunction.Forward;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * SwiGLU (arXiv 2002.05202): of gate g and value v, silu(g) v with silu(g) = g sigmoid(g). Letter:
 * M width of each.
 */
final class SwiGlu {
  private static final ActivationFunction FUNCTION =
      new ActivationFunction("SwiGlu", SwiGlu::forward, SwiGlu::backward);

  private SwiGlu() {}

  /**
   * Applies the function to each pair.
   *
   * @param x [rows, 2M], gates first
   * @return [rows, M]
   */
  static Operand<TFloating> apply(LayerScope scope, Operand<TFloating> x) {
    return FUNCTION.apply(scope, x, () -> halves(scope.tf(), x).get(0));
  }

  private static Forward forward(Ops tf, Operand<TFloating> x) {
    List<? extends Operand<TFloating>> halves = halves(tf, x);
    Operand<TFloating> value = halves.get(1);
    Operand<TFloating> sigmoid = tf.math.sigmoid(halves.get(0));
    Operand<TFloating> silu = tf.math.mul(halves.get(0), sigmoid);
    return new Forward(tf.math.mul(silu, value), List.of(value, sigmoid, silu));
  }

  /** With s the sigmoid and a = g s: v (s + a (1 - s)) by the gate, a by the value. */
  private static Operand<TFloating> backward(
      Ops tf, List<Operand<TFloating>> kept, Operand<TFloating> dy) {
    Operand<TFloating> v = kept.get(0);
    Operand<TFloating> s = kept.get(1);
    Operand<TFloating> a = kept.get(2);
    Operand<TFloating> rest = tf.math.mul(a, tf.math.sub(Scalars.like(tf, 1, s), s));
    Operand<TFloating> slope = tf.math.add(s, rest);
    Operand<TFloating> byGate = tf.math.mul(tf.math.mul(dy, v), slope);
    return tf.concat(List.of(byGate, tf.math.mul(dy, a)), tf.constant(1));
  }

  private static List<? extends Operand<TFloating>> halves(Ops tf, Operand<TFloating> x) {
    return tf.split(tf.constant(1), x, 2L).output();
  }
}
