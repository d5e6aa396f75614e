package org.fdistill.graph;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The initialisers of the field. Random ones are stateless: one seed, one value, on any machine.
 */
public final class Initializers {
  /** The standard normal's distribution function at -1. */
  private static final float NORMAL_CDF_AT_MINUS_ONE = 0.15865526f;

  private Initializers() {}

  /** Every element the same. */
  public static Initializer constant(float value) {
    return (tf, shape, seed) -> tf.fill(dimensions(tf, shape), tf.constant(value));
  }

  /** Zeros. */
  public static Initializer zeros() {
    return constant(0);
  }

  /** Ones. */
  public static Initializer ones() {
    return constant(1);
  }

  /** Normal with mean 0. */
  public static Initializer normal(float deviation) {
    return (tf, shape, seed) ->
        tf.math.mul(
            tf.random.statelessRandomNormal(dimensions(tf, shape), seed, TFloat32.class),
            tf.constant(deviation));
  }

  /**
   * Normal with mean 0, cut at one deviation to either side, as the code of Feature Distillation
   * starts its {@code VisionTransformerForFD} (github.com/SwinTransformer/Feature-Distillation).
   * TensorFlow's truncated normal cuts at two, so this one goes through the inverse of the
   * distribution function.
   */
  public static Initializer normalCutAtOneDeviation(float deviation) {
    return (tf, shape, seed) -> {
      Operand<TFloat32> uniform = uniform(tf, shape, seed);
      float range = 1 - 2 * NORMAL_CDF_AT_MINUS_ONE;
      Operand<TFloat32> probability =
          tf.math.add(
              tf.math.mul(uniform, tf.constant(range)), tf.constant(NORMAL_CDF_AT_MINUS_ONE));
      return tf.math.mul(tf.math.ndtri(probability), tf.constant(deviation));
    };
  }

  /** Uniform between -limit and limit. PyTorch's default of a linear layer has 1/sqrt(fan in). */
  public static Initializer uniform(float limit) {
    return (tf, shape, seed) ->
        tf.math.mul(
            tf.math.sub(uniform(tf, shape, seed), tf.constant(0.5f)), tf.constant(2 * limit));
  }

  /**
   * Glorot's uniform for a kernel whose last axis are its outputs: within ±sqrt(6 / (inputs +
   * outputs)), with a convolution's kernel read as the matrix of its product.
   */
  public static Initializer glorotUniform() {
    return (tf, shape, seed) -> {
      long outputs = shape.get(shape.numDimensions() - 1);
      long inputs = shape.size() / outputs;
      return uniform((float) Math.sqrt(6.0 / (inputs + outputs))).value(tf, shape, seed);
    };
  }

  private static Operand<TFloat32> uniform(Ops tf, Shape shape, Operand<TInt64> seed) {
    return tf.random.statelessRandomUniform(dimensions(tf, shape), seed, TFloat32.class);
  }

  private static Operand<TInt64> dimensions(Ops tf, Shape shape) {
    return tf.constant(shape.asArray());
  }
}
