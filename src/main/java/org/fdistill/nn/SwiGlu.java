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
 * SwiGLU (arXiv 2002.05202): of gate g and value v, silu(g) v with silu(g) = g sigmoid(g). Letter:
 * M width of each.
 */
final class SwiGlu {
  private static final FusedGradient GRADIENT =
      FusedGradient.of("SwiGluGradient", SwiGlu::gradients);

  private static final CompiledLoop VALUE = CompiledLoop.of("SwiGlu", SwiGlu::value);
  private static final CompiledLoop SLOPE = CompiledLoop.of("SwiGluSlope", SwiGlu::slope);

  private static final FusedGradient LOOP_GRADIENT =
      FusedGradient.of(
          "SwiGluLoopGradient",
          (tf, saved, dy) -> List.of(SLOPE.call(tf, List.of(saved.get(0), dy), saved.get(0))));

  private SwiGlu() {}

  /**
   * The function with a gradient by its formula, which keeps v, silu(g) and sigmoid(g); as loops,
   * nothing but its input.
   *
   * @param x [rows, 2M], gates first
   * @return [rows, M]
   */
  static Operand<TFloating> apply(LayerScope scope, Operand<TFloating> x) {
    Ops tf = scope.tf();
    List<? extends Operand<TFloating>> halves = tf.split(tf.constant(1), x, 2L).output();
    if (CompiledLoop.pays(scope, x)) {
      VALUE.declare(tf, List.of(x.type()), List.of(x.type()));
      SLOPE.declare(tf, List.of(x.type(), x.type()), List.of(x.type()));
      Operand<TFloating> y = VALUE.call(tf, List.of(x), halves.get(0));
      return LOOP_GRADIENT.attach(tf, y, List.of(x), List.of(x));
    }
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

  private static List<Operand<TFloat32>> value(Ops tf, List<Operand<TFloat32>> arguments) {
    List<? extends Operand<TFloat32>> halves = halves(tf, arguments.get(0));
    Operand<TFloat32> silu = tf.math.mul(halves.get(0), tf.math.sigmoid(halves.get(0)));
    return List.of(tf.math.mul(silu, halves.get(1)));
  }

  /** As {@link #gradients}. */
  private static List<Operand<TFloat32>> slope(Ops tf, List<Operand<TFloat32>> arguments) {
    List<? extends Operand<TFloat32>> halves = halves(tf, arguments.get(0));
    Operand<TFloat32> dy = arguments.get(1);
    Operand<TFloat32> s = tf.math.sigmoid(halves.get(0));
    Operand<TFloat32> a = tf.math.mul(halves.get(0), s);
    Operand<TFloat32> rest = tf.math.mul(a, tf.math.sub(tf.constant(1f), s));
    Operand<TFloat32> byGate = tf.math.mul(tf.math.mul(dy, halves.get(1)), tf.math.add(s, rest));
    return List.of(tf.concat(List.of(byGate, tf.math.mul(dy, a)), tf.constant(-1)));
  }

  private static List<? extends Operand<TFloat32>> halves(Ops tf, Operand<TFloat32> x) {
    return tf.split(tf.constant(-1), x, 2L).output();
  }
}
