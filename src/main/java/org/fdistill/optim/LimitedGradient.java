package org.fdistill.optim;

import org.fdistill.graph.Variable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A gradient that is averaged and limited when the optimiser asks for it, right before the
 * parameter moves: what the multiplication writes may then be in a cache when it is read.
 */
public final class LimitedGradient {
  private final Gradient gradient;
  private final Operand<TFloat32> factor;

  /**
   * Takes what is to be multiplied.
   *
   * @param factor scalar; null for 1
   */
  LimitedGradient(Gradient gradient, Operand<TFloat32> factor) {
    this.gradient = gradient;
    this.factor = factor;
  }

  /** The parameter. */
  public Variable variable() {
    return gradient.variable();
  }

  /** The value that moves the parameter, of its shape; each call builds the multiplication. */
  Operand<TFloat32> value(Ops tf) {
    return factor == null ? gradient.value() : tf.math.mul(gradient.value(), factor);
  }
}
