package org.fdistill.nn;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * A linear layer on the last axis: {@code y = x kernel + bias}, with parameters {@code kernel} [in,
 * out] and {@code bias} [out].
 *
 * @param inputs width of the input
 * @param outputs width of the output
 * @param kernel first value of the kernel
 * @param bias first value of the bias; null for a layer without one
 */
public record Dense(int inputs, int outputs, Initializer kernel, Initializer bias) {

  /** A layer whose bias starts at zero. */
  public static Dense of(int inputs, int outputs, Initializer kernel) {
    return new Dense(inputs, outputs, kernel, Initializers.zeros());
  }

  /** PyTorch's default: kernel and bias uniform within 1/sqrt(inputs). */
  public static Dense withTorchDefaults(int inputs, int outputs) {
    Initializer uniform = Initializers.uniform((float) (1 / Math.sqrt(inputs)));
    return new Dense(inputs, outputs, uniform, uniform);
  }

  /**
   * Builds y = x kernel + bias with parameters of its own.
   *
   * @param scope whose path is the layer's name
   * @param x [rows, in]
   * @return [rows, out], in the precision of products
   */
  public Operand<TFloating> apply(LayerScope scope, Operand<? extends TFloating> x) {
    Operand<TFloat32> weights = scope.parameter("kernel", kernel, inputs, outputs);
    Operand<TFloat32> offset = bias == null ? null : scope.parameter("bias", bias, outputs);
    return product(scope, x, weights, offset);
  }

  /**
   * The product itself, for layers that assemble their parameters.
   *
   * @param x [rows, in]
   * @param kernel [in, out]
   * @param bias [out], or null
   * @return [rows, out], in the precision of products
   */
  public static Operand<TFloating> product(
      LayerScope scope,
      Operand<? extends TFloating> x,
      Operand<TFloat32> kernel,
      Operand<TFloat32> bias) {
    Ops tf = scope.tf();
    Precision precision = scope.precision();
    Operand<TFloating> y =
        tf.linalg.matMul(precision.compute(tf, x), precision.compute(tf, kernel));
    return bias == null ? y : tf.nn.biasAdd(y, precision.compute(tf, bias));
  }
}
