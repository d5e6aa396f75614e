package org.fdistill.nn;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Two linear layers, {@code fc1} and {@code fc2}, with the exact (erf) GELU between them.
 *
 * @param width of input and output
 * @param hidden width between
 * @param fc1 first value of the first kernel
 * @param fc2 first value of the second kernel
 */
public record Mlp(int width, int hidden, Initializer fc1, Initializer fc2) {

  /**
   * Applies the layers.
   *
   * @param x [rows, width]
   * @return [rows, width], in the precision of products
   */
  public Operand<TFloating> apply(LayerScope scope, Operand<TFloat32> x) {
    Operand<TFloating> up = Dense.of(width, hidden, fc1).apply(scope.at("fc1"), x);
    Operand<TFloating> active = Gelu.apply(scope.tf(), up);
    return Dense.of(hidden, width, fc2).apply(scope.at("fc2"), active);
  }
}
