package org.fdistill.nn;

import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Where a residual branch ends: {@code x + drop(γ branch)}, with LayerScale's γ (arXiv 2103.17239)
 * where there is one, and drop path. Letters: B batch, N tokens, C width.
 *
 * @param tokens N
 * @param dropPath rate
 */
public record Residual(int tokens, float dropPath) {

  /**
   * Adds the branch.
   *
   * @param scope whose path, with {@code purpose}, seeds the draws
   * @param purpose which branch
   * @param x [B N, C]; B static in training
   * @param branch [B N, C]
   * @param scale γ [C], or null
   * @return [B N, C]
   */
  public Operand<TFloat32> add(
      LayerScope scope,
      String purpose,
      Operand<TFloat32> x,
      Operand<? extends TFloating> branch,
      Operand<TFloat32> scale) {
    Ops tf = scope.tf();
    boolean drops = DropPath.drops(scope, dropPath);
    boolean plain = scale == null && !drops && branch.type() == (Class<?>) TFloat32.class;
    if (!plain && CompiledLoop.pays(scope, branch)) {
      int batch = (int) (branch.shape().get(0) / tokens);
      Operand<TFloat32> kept =
          drops ? DropPath.rows(scope, purpose, batch, tokens, dropPath) : tf.constant(1f);
      return ResidualLoop.add(tf, x, branch, scale, kept);
    }
    Operand<TFloat32> rows = Precision.full(tf, branch);
    Operand<TFloat32> scaled = scale == null ? rows : tf.math.mul(rows, scale);
    return tf.math.add(x, DropPath.apply(scope, purpose, scaled, tokens, dropPath));
  }
}
