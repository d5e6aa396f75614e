package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TNumber;

/**
 * Layer norm over the last axis, with the biased variance, in float32.
 *
 * @param width of the last axis
 * @param epsilon added to the variance
 * @param initialScale first value of the scale
 */
public record LayerNorm(int width, float epsilon, Initializer initialScale) {
  private static final FusedGradient GRADIENT =
      FusedGradient.of("LayerNormGradient", LayerNorm::gradients);

  /** A norm whose scale starts at one. */
  public LayerNorm(int width, float epsilon) {
    this(width, epsilon, Initializers.ones());
  }

  /** Rows at zero mean and unit variance, and what they were multiplied by, [rows, 1]. */
  private record Normalized(Operand<TFloat32> rows, Operand<TFloat32> inverseDeviation) {}

  /**
   * Normalises without parameters: the whitening of Feature Distillation's targets.
   *
   * @param x [rows, width]
   * @return the same shape
   */
  public static Operand<TFloat32> whiten(Ops tf, Operand<TFloat32> x, float epsilon) {
    return normalize(tf, x, epsilon).rows();
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
    Normalized normalized = normalize(tf, x, epsilon);
    Operand<TFloat32> y = tf.math.add(tf.math.mul(normalized.rows(), scale), offset);
    return GRADIENT.attach(
        tf,
        y,
        List.of(x, scale, offset),
        List.of(normalized.rows(), normalized.inverseDeviation(), scale));
  }

  private static Normalized normalize(Ops tf, Operand<TFloat32> x, float epsilon) {
    Operand<TFloat32> centred = tf.math.sub(x, mean(tf, x));
    Operand<TFloat32> variance = mean(tf, tf.math.square(centred));
    Operand<TFloat32> inverse = tf.math.rsqrt(tf.math.add(variance, tf.constant(epsilon)));
    return new Normalized(tf.math.mul(centred, inverse), inverse);
  }

  /**
   * With h the normalised row, r its inverse deviation, s the scale and g = upstream s: r (g -
   * mean(g) - h mean(g h)) for x, the sums over the rows of upstream h and upstream for the
   * parameters.
   */
  @SuppressWarnings("unchecked") // The layer is float32 throughout.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloat32> h = (Operand<TFloat32>) saved.get(0);
    Operand<TFloat32> r = (Operand<TFloat32>) saved.get(1);
    Operand<TFloat32> scale = (Operand<TFloat32>) saved.get(2);
    Operand<TFloat32> dy = (Operand<TFloat32>) upstream;
    Operand<TFloat32> scaled = tf.math.mul(dy, scale);
    Operand<TFloat32> dyH = tf.math.mul(dy, h);
    Operand<TFloat32> along = mean(tf, tf.math.mul(scaled, h));
    Operand<TFloat32> removed = tf.math.add(tf.math.mul(h, along), mean(tf, scaled));
    return List.of(
        tf.math.mul(tf.math.sub(scaled, removed), r), overRows(tf, dyH), overRows(tf, dy));
  }

  /** The sum, by the kernel that takes half the time of TensorFlow's sum along the first axis. */
  static <T extends TNumber> Operand<T> overRows(Ops tf, Operand<T> x) {
    return tf.nn.biasAddGrad(x);
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(-1), Mean.keepDims(true));
  }
}
