package org.fdistill.nn;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.CompiledLoop.Result;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.LayerNormFormulas.Normalized;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * A {@link LayerNorm} with its parameters as compiled loops. Kept for the gradient are the input
 * and two numbers of each row, of which the normalised row is computed anew.
 */
final class LayerNormLoop {
  /**
   * What a row is normalised with.
   *
   * @param scale [width]
   * @param offset [width]
   * @param epsilon added to the variance
   */
  record Terms(Operand<TFloat32> scale, Operand<TFloat32> offset, float epsilon) {}

  /** Of a row, whose width is divided by it. */
  private static final int PARTS = 8;

  private static final LayerNormFormulas FORMULAS = new LayerNormFormulas(LayerNormLoop::mean);

  private static final CompiledLoop VALUE = CompiledLoop.of("LayerNorm", LayerNormLoop::value);

  private static final CompiledLoop SLOPES =
      CompiledLoop.of("LayerNormGradient", LayerNormLoop::slopes);

  private static final FusedGradient GRADIENT =
      FusedGradient.of("LayerNormLoopGradient", LayerNormLoop::gradients);

  private LayerNormLoop() {}

  /** Whether it is to be used in this place. */
  static boolean pays(LayerScope scope, Operand<?> x, int width) {
    return width % PARTS == 0 && CompiledLoop.pays(scope, x);
  }

  /**
   * Normalises.
   *
   * @param x [rows, width], known
   * @param type of the result
   * @return the same shape
   */
  static Operand<TFloating> apply(
      Ops tf, Operand<? extends TFloating> x, Terms terms, Class<? extends TFloating> type) {
    Class<? extends TFloating> full = TFloat32.class;
    VALUE.declare(tf, List.of(x.type(), full, full, full), List.of(type, full, full));
    SLOPES.declare(tf, List.of(x.type(), full, full, full, type), stored(x.type(), type));
    List<Operand<TFloating>> results =
        VALUE.call(
            tf,
            List.of(x, terms.scale(), terms.offset(), tf.constant(terms.epsilon())),
            List.of(new Result(type, x), new Result(full, null), new Result(full, null)));
    return GRADIENT.attach(
        tf,
        results.get(0),
        List.of(x, terms.scale(), terms.offset()),
        List.of(x, results.get(1), results.get(2), terms.scale()));
  }

  /** The result, and each row's mean and inverse deviation, [rows, 1]. */
  private static List<Operand<TFloat32>> value(Ops tf, List<Operand<TFloat32>> arguments) {
    Normalized x = FORMULAS.normalized(tf, arguments.get(0), arguments.get(3));
    Operand<TFloat32> y = x.affine(tf, arguments.get(1), arguments.get(2));
    return List.of(y, x.mean(), x.inverseDeviation());
  }

  private static List<Operand<TFloat32>> slopes(Ops tf, List<Operand<TFloat32>> arguments) {
    Operand<TFloat32> centred = tf.math.sub(arguments.get(0), arguments.get(1));
    Operand<TFloat32> inverse = arguments.get(2);
    Operand<TFloat32> rows = tf.math.mul(centred, inverse);
    return FORMULAS.slopes(tf, rows, inverse, arguments.get(3), arguments.get(4));
  }

  /**
   * Of each row. The parts are added first, side by side; along a row XLA adds one number after the
   * other.
   */
  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> sum = null;
    for (Operand<TFloat32> part : tf.split(tf.constant(-1), x, (long) PARTS).output()) {
      sum = sum == null ? part : tf.math.add(sum, part);
    }
    Operand<TFloat32> share = tf.constant(1f / PARTS);
    return tf.math.mul(tf.math.mean(sum, tf.constant(-1), Mean.keepDims(true)), share);
  }

  /** What comes from above is stored once more where it is not in float32, which sums take. */
  private static List<Class<? extends TFloating>> stored(
      Class<? extends TFloating> x, Class<? extends TFloating> upstream) {
    return upstream == TFloat32.class
        ? List.of(x, TFloat32.class)
        : List.of(x, TFloat32.class, TFloat32.class);
  }

  @SuppressWarnings("unchecked") // attach() above says which tensors these are.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloating> x = (Operand<TFloating>) saved.get(0);
    Operand<TFloating> dy = (Operand<TFloating>) upstream;
    List<Operand<?>> arguments = new ArrayList<>(saved);
    arguments.add(dy);
    List<Operand<TFloating>> slopes =
        SLOPES.call(tf, arguments, Result.alike(stored(x.type(), dy.type()), x));
    return List.of(
        slopes.get(0),
        ColumnSums.of(tf, slopes.get(1)),
        ColumnSums.of(tf, slopes.size() > 2 ? slopes.get(2) : dy));
  }
}
