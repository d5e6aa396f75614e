package org.fdistill.nn;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.CompiledLoop.Result;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** A {@link Residual} as compiled loops, which keep nothing for the gradient but their input. */
final class ResidualLoop {
  private static final CompiledLoop VALUE = CompiledLoop.of("Residual", ResidualLoop::value);

  private static final CompiledLoop SLOPE =
      CompiledLoop.of("ResidualGradient", ResidualLoop::slope);

  private static final FusedGradient PLAIN =
      FusedGradient.of(
          "ResidualLoopGradient", (tf, saved, dy) -> List.of(dy, slopes(tf, saved, dy, 1).get(0)));

  private static final FusedGradient SCALED =
      FusedGradient.of("ScaledResidualLoopGradient", ResidualLoop::gradients);

  private ResidualLoop() {}

  /**
   * Adds the branch.
   *
   * @param x [B N, C]
   * @param branch [B N, C], known
   * @param scale [C], or null
   * @param kept what the rows of the branch are multiplied by, [B N, 1] or one number
   * @return [B N, C]
   */
  static Operand<TFloat32> add(
      Ops tf,
      Operand<TFloat32> x,
      Operand<? extends TFloating> branch,
      Operand<TFloat32> scale,
      Operand<TFloat32> kept) {
    Operand<TFloat32> factors = scale == null ? tf.constant(1f) : scale;
    Class<? extends TFloating> full = TFloat32.class;
    VALUE.declare(tf, List.of(full, branch.type(), full, full), List.of(full));
    SLOPE.declare(
        tf, List.of(branch.type(), full, full, full), stored(branch.type(), scale == null ? 1 : 2));
    Operand<TFloat32> y =
        Precision.full(
            tf,
            VALUE
                .call(tf, List.of(x, branch, factors, kept), List.of(new Result(full, branch)))
                .get(0));
    List<Operand<? extends TFloating>> saved = List.of(branch, factors, kept);
    return scale == null
        ? PLAIN.attach(tf, y, List.of(x, branch), saved)
        : SCALED.attach(tf, y, List.of(x, branch, scale), saved);
  }

  private static List<Operand<TFloat32>> value(Ops tf, List<Operand<TFloat32>> arguments) {
    Operand<TFloat32> scaled = tf.math.mul(arguments.get(1), arguments.get(2));
    return List.of(tf.math.add(arguments.get(0), tf.math.mul(scaled, arguments.get(3))));
  }

  /** For the branch, and for the scale before the sum over the rows. */
  private static List<Operand<TFloat32>> slope(Ops tf, List<Operand<TFloat32>> arguments) {
    Operand<TFloat32> kept = tf.math.mul(arguments.get(3), arguments.get(2));
    return List.of(tf.math.mul(kept, arguments.get(1)), tf.math.mul(kept, arguments.get(0)));
  }

  private static List<Class<? extends TFloating>> stored(
      Class<? extends TFloating> branch, int results) {
    return List.<Class<? extends TFloating>>of(branch, TFloat32.class).subList(0, results);
  }

  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    List<Operand<TFloating>> slopes = slopes(tf, saved, upstream, 2);
    return List.of(upstream, slopes.get(0), ColumnSums.of(tf, slopes.get(1)));
  }

  private static List<Operand<TFloating>> slopes(
      Ops tf, List<Operand<?>> saved, Operand<?> upstream, int results) {
    Operand<?> branch = saved.get(0);
    List<Operand<?>> arguments = new ArrayList<>(saved);
    arguments.add(upstream);
    Class<? extends TFloating> type = branch.type().asSubclass(TFloating.class);
    return SLOPE.call(tf, arguments, Result.alike(stored(type, results), branch));
  }
}
