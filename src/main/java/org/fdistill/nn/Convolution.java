package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * A convolution of stride 1 whose result has the sides of its input: zeros stand around it.
 * Parameters {@code kernel} [k, k, in, out] and, if it has one, {@code bias} [out].
 *
 * @param side k, odd
 * @param inputs channels of the input
 * @param outputs channels of the result
 * @param kernel first value of the kernel
 * @param bias first value of the bias; null for a layer without one
 */
public record Convolution(int side, int inputs, int outputs, Initializer kernel, Initializer bias) {

  /**
   * A layer without a bias, before a norm. The kernel starts normal with variance 2 / (k² out), as
   * mmsegmentation starts it (He's, by the outputs).
   */
  public static Convolution beforeNorm(int side, int inputs, int outputs) {
    float deviation = (float) Math.sqrt(2.0 / ((double) side * side * outputs));
    return new Convolution(side, inputs, outputs, Initializers.normal(deviation), null);
  }

  /**
   * Builds it with parameters of its own.
   *
   * @param scope whose path is the layer's name
   * @param x [B, H, W, in]
   * @return [B, H, W, out], in the precision of products
   */
  public Operand<TFloating> apply(LayerScope scope, Operand<? extends TFloating> x) {
    Ops tf = scope.tf();
    Precision precision = scope.precision();
    Operand<TFloat32> weights = scope.parameter("kernel", kernel, side, side, inputs, outputs);
    Operand<TFloating> y =
        tf.nn.conv2d(
            precision.compute(tf, x),
            precision.compute(tf, weights),
            List.of(1L, 1L, 1L, 1L),
            "SAME");
    return bias == null
        ? y
        : tf.nn.biasAdd(y, precision.compute(tf, scope.parameter("bias", bias, outputs)));
  }
}
