package org.fdistill.nn;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * A function of one tensor with a gradient by its formula. Op by op, tensors are kept for the
 * gradient; as two loops, nothing but the input is, of which the gradient's computes them anew.
 */
final class ActivationFunction {
  /**
   * What the formula of the value gives.
   *
   * @param value of the function
   * @param kept what the formula of the gradient is given
   */
  record Forward(Operand<TFloating> value, List<Operand<TFloating>> kept) {}

  /** The formula of the gradient. */
  @FunctionalInterface
  interface Backward {
    /**
     * Builds it; no tensor's shape is known.
     *
     * @param kept by the formula of the value
     * @param dy from above
     */
    Operand<TFloating> of(Ops tf, List<Operand<TFloating>> kept, Operand<TFloating> dy);
  }

  private final BiFunction<Ops, Operand<TFloating>, Forward> forward;
  private final FusedGradient gradient;
  private final CompiledLoop valueLoop;
  private final CompiledLoop gradientLoop;
  private final FusedGradient loopGradient;

  /**
   * A function by its formulas.
   *
   * @param name letters only, unique in the process
   * @param forward builds the value of an input, whose shape it may not ask for
   * @param backward builds the gradient
   */
  ActivationFunction(
      String name, BiFunction<Ops, Operand<TFloating>, Forward> forward, Backward backward) {
    this.forward = forward;
    gradient =
        FusedGradient.of(
            name + "Gradient",
            (tf, saved, dy) ->
                List.of(
                    backward.of(
                        tf,
                        saved.stream().map(ActivationFunction::floating).toList(),
                        floating(dy))));
    valueLoop = CompiledLoop.of(name + "Loop", (tf, x) -> full(tf, forward(tf, x.get(0)).value()));
    gradientLoop =
        CompiledLoop.of(
            name + "LoopGradient",
            (tf, x) -> full(tf, backward.of(tf, forward(tf, x.get(0)).kept(), floating(x.get(1)))));
    loopGradient =
        FusedGradient.of(
            name + "LoopGradient",
            (tf, saved, dy) ->
                List.of(gradientLoop.call(tf, List.of(saved.get(0), dy), saved.get(0))));
  }

  /**
   * Applies the function.
   *
   * @param x of any precision
   * @return the shape and type of x
   */
  Operand<TFloating> apply(LayerScope scope, Operand<TFloating> x) {
    return apply(scope, x, () -> x);
  }

  /**
   * Applies a function that changes the shape.
   *
   * @param x of any precision
   * @param like gives a tensor of the result's shape, for loops
   * @return the type of x
   */
  Operand<TFloating> apply(
      LayerScope scope, Operand<TFloating> x, Supplier<Operand<TFloating>> like) {
    Ops tf = scope.tf();
    if (!CompiledLoop.pays(scope, x)) {
      Forward y = forward.apply(tf, x);
      return gradient.attach(tf, y.value(), List.of(x), y.kept());
    }
    valueLoop.declare(tf, List.of(x.type()), List.of(x.type()));
    gradientLoop.declare(tf, List.of(x.type(), x.type()), List.of(x.type()));
    Operand<TFloating> y = valueLoop.call(tf, List.of(x), like.get());
    return loopGradient.attach(tf, y, List.of(x), List.of(x));
  }

  private Forward forward(Ops tf, Operand<TFloat32> x) {
    return forward.apply(tf, floating(x));
  }

  private static List<Operand<TFloat32>> full(Ops tf, Operand<TFloating> y) {
    return List.of(Precision.full(tf, y));
  }

  @SuppressWarnings("unchecked") // Whoever attaches or declares says which tensors these are.
  private static Operand<TFloating> floating(Operand<?> tensor) {
    return (Operand<TFloating>) tensor;
  }
}
