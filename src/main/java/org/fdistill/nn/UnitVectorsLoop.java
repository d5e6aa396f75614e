package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.CompiledLoop.Result;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** {@link UnitVectors} as compiled loops, which keep nothing for the gradient but their input. */
final class UnitVectorsLoop {
  private static final CompiledLoop VALUE = CompiledLoop.of("UnitVectors", UnitVectorsLoop::value);

  private static final CompiledLoop SLOPES =
      CompiledLoop.of("UnitVectorsGradient", UnitVectorsLoop::slopes);

  private static final FusedGradient PLAIN =
      FusedGradient.of(
          "UnitVectorLoopGradient", (tf, saved, dy) -> List.of(slopes(tf, saved, dy).get(0)));

  private static final FusedGradient SCALED =
      FusedGradient.of("ScaledUnitVectorLoopGradient", UnitVectorsLoop::gradients);

  private UnitVectorsLoop() {}

  /** As {@link UnitVectors#of}, of a known shape. */
  static Operand<TFloating> of(Ops tf, Operand<TFloating> x) {
    Operand<TFloat32> one = tf.constant(1f);
    return PLAIN.attach(tf, call(tf, x, one), List.of(x), List.of(x, one));
  }

  /** As {@link UnitVectors#scaled}, of a known shape. */
  static Operand<TFloating> scaled(Ops tf, Operand<TFloating> x, Operand<TFloat32> scale) {
    return SCALED.attach(tf, call(tf, x, scale), List.of(x, scale), List.of(x, scale));
  }

  private static Operand<TFloating> call(Ops tf, Operand<TFloating> x, Operand<TFloat32> scale) {
    Class<TFloating> type = x.type();
    VALUE.declare(tf, List.of(type, TFloat32.class), List.of(type));
    SLOPES.declare(tf, List.of(type, TFloat32.class, type), List.of(type, TFloat32.class));
    return VALUE.call(tf, List.of(x, scale), List.of(new Result(type, x))).get(0);
  }

  private static List<Operand<TFloat32>> value(Ops tf, List<Operand<TFloat32>> arguments) {
    Operand<TFloat32> x = arguments.get(0);
    Operand<TFloat32> factor = tf.math.mul(UnitVectors.inverseLength(tf, x), arguments.get(1));
    return List.of(tf.math.mul(x, factor));
  }

  private static List<Operand<TFloat32>> slopes(Ops tf, List<Operand<TFloat32>> arguments) {
    Operand<TFloat32> x = arguments.get(0);
    Operand<TFloat32> inverse = UnitVectors.inverseLength(tf, x);
    Operand<TFloat32> factor = tf.math.mul(inverse, arguments.get(1));
    return UnitVectors.slopes(tf, x, inverse, factor, arguments.get(2));
  }

  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    List<Operand<TFloating>> slopes = slopes(tf, saved, upstream);
    Operand<TFloat32> ofScale = UnitVectors.ofScale(tf, Precision.full(tf, slopes.get(1)));
    return List.of(slopes.get(0), tf.reshape(ofScale, tf.shape(saved.get(1))));
  }

  private static List<Operand<TFloating>> slopes(
      Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<?> x = saved.get(0);
    Class<? extends TFloating> type = x.type().asSubclass(TFloating.class);
    return SLOPES.call(
        tf,
        List.of(x, saved.get(1), upstream),
        List.of(new Result(type, x), new Result(TFloat32.class, null)));
  }
}
