package org.fdistill.nn;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.LayerScope;
import org.fdistill.proto.VitConfig.Activation;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * Two linear layers, {@code fc1} and {@code fc2}, with an activation between them. For SwiGLU,
 * {@code fc1} is twice as wide: the gate's columns, then the value's.
 *
 * @param width of input and output
 * @param hidden width of what {@code fc2} takes
 * @param activation between the layers
 * @param norm {@code norm}, of what {@code fc2} takes; null for none
 * @param fc1 first value of the first kernel
 * @param fc2 first value of the second kernel
 */
public record Mlp(
    int width,
    int hidden,
    Activation activation,
    LayerNorm norm,
    Initializer fc1,
    Initializer fc2) {

  /** Layers with the exact (erf) GELU between them. */
  public Mlp(int width, int hidden, Initializer fc1, Initializer fc2) {
    this(width, hidden, Activation.GELU, null, fc1, fc2);
  }

  /**
   * Builds fc2(norm(activation(fc1(x)))); fc1 is twice as wide before a SwiGLU.
   *
   * @param x [rows, width]
   * @return [rows, width], in the precision of products
   */
  public Operand<TFloating> apply(LayerScope scope, Operand<? extends TFloating> x) {
    int up = activation == Activation.SWIGLU ? 2 * hidden : hidden;
    Operand<TFloating> inner = Dense.of(width, up, fc1).apply(scope.at("fc1"), x);
    return Dense.of(hidden, width, fc2).apply(scope.at("fc2"), normed(scope, inner));
  }

  private Operand<TFloating> normed(LayerScope scope, Operand<TFloating> inner) {
    Operand<TFloating> activated = activated(scope, inner);
    return norm == null ? activated : norm.forProducts(scope.at("norm"), activated);
  }

  private Operand<TFloating> activated(LayerScope scope, Operand<TFloating> x) {
    return switch (activation) {
      case GELU -> Gelu.apply(scope, x);
      case GELU_TANH -> TanhGelu.apply(scope, x);
      case QUICK_GELU -> QuickGelu.apply(scope, x);
      case SWIGLU -> SwiGlu.apply(scope, x);
    };
  }
}
