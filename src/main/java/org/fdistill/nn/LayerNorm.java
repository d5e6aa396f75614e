package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.nn.LayerNormFormulas.Normalized;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Layer norm over the last axis, with the biased variance, in float32.
 *
 * @param width of the last axis
 * @param epsilon added to the variance
 * @param initialScale first value of the scale
 */
public record LayerNorm(int width, float epsilon, Initializer initialScale) {
  private static final LayerNormFormulas FORMULAS = new LayerNormFormulas(LayerNorm::mean);

  private static final FusedGradient GRADIENT =
      FusedGradient.of("LayerNormGradient", LayerNorm::gradients);

  /** A norm whose scale starts at one. */
  public LayerNorm(int width, float epsilon) {
    this(width, epsilon, Initializers.ones());
  }

  /**
   * Normalises without parameters: the whitening of Feature Distillation's targets.
   *
   * @param x [rows, width]
   * @return the same shape
   */
  public static Operand<TFloat32> whiten(Ops tf, Operand<TFloat32> x, float epsilon) {
    return FORMULAS.normalized(tf, x, tf.constant(epsilon)).rows();
  }

  /**
   * Normalises, then scales and shifts by the parameters {@code scale} and {@code offset}.
   *
   * @param scope whose path is the layer's name
   * @param x [rows, width]
   * @return the same shape
   */
  public Operand<TFloat32> apply(LayerScope scope, Operand<? extends TFloating> x) {
    return Precision.full(scope.tf(), apply(scope, x, TFloat32.class));
  }

  /** As {@link #apply}, with the result in the precision of products. */
  public Operand<TFloating> forProducts(LayerScope scope, Operand<? extends TFloating> x) {
    return apply(scope, x, scope.precision().type());
  }

  private Operand<TFloating> apply(
      LayerScope scope, Operand<? extends TFloating> x, Class<? extends TFloating> type) {
    Operand<TFloat32> scale = scope.parameter("scale", initialScale, width);
    Operand<TFloat32> offset = scope.parameter("offset", Initializers.zeros(), width);
    if (LayerNormLoop.pays(scope, x, width)) {
      return LayerNormLoop.apply(
          scope.tf(), x, new LayerNormLoop.Terms(scale, offset, epsilon), type);
    }
    return Precision.to(scope.tf(), composed(scope.tf(), x, scale, offset), type);
  }

  private Operand<TFloat32> composed(
      Ops tf,
      Operand<? extends TFloating> input,
      Operand<TFloat32> scale,
      Operand<TFloat32> offset) {
    Operand<TFloat32> x = Precision.full(tf, input);
    Normalized normalized = FORMULAS.normalized(tf, x, tf.constant(epsilon));
    return GRADIENT.attach(
        tf,
        normalized.affine(tf, scale, offset),
        List.of(x, scale, offset),
        List.of(normalized.rows(), normalized.inverseDeviation(), scale));
  }

  @SuppressWarnings("unchecked") // The layer is float32 throughout.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloat32> rows = (Operand<TFloat32>) saved.get(0);
    Operand<TFloat32> inverse = (Operand<TFloat32>) saved.get(1);
    Operand<TFloat32> scale = (Operand<TFloat32>) saved.get(2);
    Operand<TFloat32> dy = (Operand<TFloat32>) upstream;
    List<Operand<TFloat32>> slopes = FORMULAS.slopes(tf, rows, inverse, scale, dy);
    return List.of(
        slopes.get(0), ColumnSums.of(tf, slopes.get(1)), ColumnSums.of(tf, slopes.get(2)));
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(-1), Mean.keepDims(true));
  }
}
