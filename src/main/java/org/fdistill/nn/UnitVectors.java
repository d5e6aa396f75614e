package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Vectors brought to unit length, in float32: {@code x / max(‖x‖, 1e-12)}. Letters: B batch, H
 * heads, N tokens, D head width.
 */
final class UnitVectors {
  private static final float SMALLEST_SQUARE = 1e-24f;

  private static final FusedGradient PLAIN =
      FusedGradient.of(
          "UnitVectorGradient", (tf, saved, dy) -> List.of(gradients(tf, saved, dy).get(0)));
  private static final FusedGradient SCALED =
      FusedGradient.of("ScaledUnitVectorGradient", UnitVectors::gradients);

  private UnitVectors() {}

  /**
   * Each vector at length 1; one shorter than 1e-12 is divided by 1e-12.
   *
   * @param x [B, H, N, D]
   * @return the same shape and type
   */
  static Operand<TFloating> of(LayerScope scope, Operand<TFloating> x) {
    Ops tf = scope.tf();
    if (CompiledLoop.pays(scope, x)) {
      return UnitVectorsLoop.of(tf, x);
    }
    Operand<TFloat32> full = Precision.full(tf, x);
    Operand<TFloat32> inverse = inverseLength(tf, full);
    Operand<TFloating> unit = Precision.like(tf, tf.math.mul(full, inverse), x);
    return PLAIN.attach(tf, unit, List.of(x), List.of(x, inverse, inverse));
  }

  /**
   * Each vector at the length of its head, which is learned; one pass instead of two.
   *
   * @param x [B, H, N, D]
   * @param scale [H, 1, 1]
   * @return the shape and type of x
   */
  static Operand<TFloating> scaled(
      LayerScope scope, Operand<TFloating> x, Operand<TFloat32> scale) {
    Ops tf = scope.tf();
    if (CompiledLoop.pays(scope, x)) {
      return UnitVectorsLoop.scaled(tf, x, scale);
    }
    Operand<TFloat32> full = Precision.full(tf, x);
    Operand<TFloat32> inverse = inverseLength(tf, full);
    Operand<TFloat32> factor = tf.math.mul(inverse, scale);
    Operand<TFloating> result = Precision.like(tf, tf.math.mul(full, factor), x);
    return SCALED.attach(tf, result, List.of(x, scale), List.of(x, inverse, factor));
  }

  /**
   * From the products of what comes from above with the unit vectors, [B, H, N, 1], to [H, 1, 1].
   */
  static Operand<TFloat32> ofScale(Ops tf, Operand<TFloat32> along) {
    return tf.sum(tf.sum(along, tf.constant(0)), tf.constant(1), Sum.keepDims(true));
  }

  /** [B, H, N, 1]. */
  static Operand<TFloat32> inverseLength(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> square = InnerProducts.of(tf, x, x);
    return tf.math.rsqrt(tf.math.maximum(square, tf.constant(SMALLEST_SQUARE)));
  }

  /** Saved are x, its inverse length, and what it was multiplied by. */
  @SuppressWarnings("unchecked") // attach() above says which tensors these are.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloating> x = (Operand<TFloating>) saved.get(0);
    Operand<TFloat32> inverse = (Operand<TFloat32>) saved.get(1);
    Operand<TFloat32> factor = (Operand<TFloat32>) saved.get(2);
    Operand<TFloat32> dy = Precision.full(tf, (Operand<TFloating>) upstream);
    List<Operand<TFloat32>> slopes = slopes(tf, Precision.full(tf, x), inverse, factor, dy);
    return List.of(Precision.like(tf, slopes.get(0), x), ofScale(tf, slopes.get(1)));
  }

  /** With u the unit vector: factor (dy - u (dy u)), by x; and dy u, for {@link #ofScale}. */
  static List<Operand<TFloat32>> slopes(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> inverse,
      Operand<TFloat32> factor,
      Operand<TFloat32> dy) {
    Operand<TFloat32> unit = tf.math.mul(x, inverse);
    Operand<TFloat32> along = InnerProducts.of(tf, dy, unit);
    Operand<TFloat32> across = tf.math.sub(dy, tf.math.mul(unit, along));
    return List.of(tf.math.mul(across, factor), along);
  }
}
