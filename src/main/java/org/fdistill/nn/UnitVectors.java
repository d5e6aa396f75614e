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
      FusedGradient.of("UnitVectorGradient", UnitVectors::gradient);
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
    return PLAIN.attach(tf, unit, List.of(x), List.of(x, inverse));
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
    Operand<TFloat32> square = along(tf, x, x);
    return tf.math.rsqrt(tf.math.maximum(square, tf.constant(SMALLEST_SQUARE)));
  }

  @SuppressWarnings("unchecked") // attach() above says which tensors these are.
  private static List<Operand<?>> gradient(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloat32> inverse = (Operand<TFloat32>) saved.get(1);
    Operand<TFloat32> unit = unit(tf, saved);
    Operand<TFloat32> dy = Precision.full(tf, (Operand<TFloating>) upstream);
    return List.of(projected(tf, saved, unit, dy, along(tf, dy, unit), inverse));
  }

  @SuppressWarnings("unchecked") // attach() above says which tensors these are.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloat32> factor = (Operand<TFloat32>) saved.get(2);
    Operand<TFloat32> unit = unit(tf, saved);
    Operand<TFloat32> dy = Precision.full(tf, (Operand<TFloating>) upstream);
    Operand<TFloat32> along = along(tf, dy, unit);
    return List.of(projected(tf, saved, unit, dy, along, factor), ofScale(tf, along));
  }

  /** With u the unit vector: factor (dy - u (dy u)), in the type of x. */
  @SuppressWarnings("unchecked") // The first saved tensor is x.
  private static Operand<TFloating> projected(
      Ops tf,
      List<Operand<?>> saved,
      Operand<TFloat32> unit,
      Operand<TFloat32> dy,
      Operand<TFloat32> along,
      Operand<TFloat32> factor) {
    Operand<TFloat32> across = tf.math.sub(dy, tf.math.mul(unit, along));
    return Precision.like(tf, tf.math.mul(across, factor), (Operand<TFloating>) saved.get(0));
  }

  @SuppressWarnings("unchecked") // The first two saved tensors are x and its inverse length.
  private static Operand<TFloat32> unit(Ops tf, List<Operand<?>> saved) {
    Operand<TFloat32> x = Precision.full(tf, (Operand<TFloating>) saved.get(0));
    return tf.math.mul(x, (Operand<TFloat32>) saved.get(1));
  }

  /** The inner product of each pair of vectors, [B, H, N, 1]. */
  static Operand<TFloat32> along(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.sum(tf.math.mul(a, b), tf.constant(-1), Sum.keepDims(true));
  }
}
