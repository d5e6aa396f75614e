package org.fdistill.nn;

import java.util.List;
import java.util.function.BiFunction;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.FusedGradient;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * A function of one number over many, as two loops: its value, and its slope times what comes from
 * above, which is computed of the input anew. So nothing but the input is kept for the gradient.
 */
final class ActivationLoop {
  private final CompiledLoop value;
  private final CompiledLoop gradient;
  private final FusedGradient rule;

  private ActivationLoop(CompiledLoop value, CompiledLoop gradient, FusedGradient rule) {
    this.value = value;
    this.gradient = gradient;
    this.rule = rule;
  }

  /**
   * A function with its derivative.
   *
   * @param name letters only, unique in the process
   */
  static ActivationLoop of(
      String name,
      BiFunction<Ops, Operand<TFloat32>, Operand<TFloat32>> value,
      BiFunction<Ops, Operand<TFloat32>, Operand<TFloat32>> slope) {
    CompiledLoop gradient =
        CompiledLoop.of(
            name + "Gradient",
            (tf, x) -> List.of(tf.math.mul(slope.apply(tf, x.get(0)), x.get(1))));
    return new ActivationLoop(
        CompiledLoop.of(name, (tf, x) -> List.of(value.apply(tf, x.get(0)))),
        gradient,
        FusedGradient.of(
            name + "Gradient",
            (tf, saved, dy) ->
                List.of(gradient.call(tf, List.of(saved.get(0), dy), saved.get(0)))));
  }

  /**
   * Applies the function to each element.
   *
   * @param x of a known shape
   */
  Operand<TFloating> apply(Ops tf, Operand<TFloating> x) {
    value.declare(tf, List.of(x.type()), List.of(x.type()));
    gradient.declare(tf, List.of(x.type(), x.type()), List.of(x.type()));
    return rule.attach(tf, value.call(tf, List.of(x), x), List.of(x), List.of(x));
  }
}
