package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.proto.VitConfig.QkvBias;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Multi-head self-attention. Letters: B batch, N tokens, C width, H heads. The columns of {@code
 * qkv/kernel} [C, 3C] are queries, keys and values, each by head.
 *
 * @param width C
 * @param heads H
 * @param bias which of queries, keys and values have a bias
 * @param norm of what goes to the output kernel; null for none
 * @param qkv first value of the joint kernel
 * @param projection first value of the output kernel
 */
public record SelfAttention(
    int width, int heads, QkvBias bias, LayerNorm norm, Initializer qkv, Initializer projection) {

  /**
   * Gives every token the values of all tokens, weighted by {@code softmax(q kᵀ / √D + bias)} in
   * each head, and projects the heads' results together.
   *
   * @param scope whose path is the layer's name
   * @param x [B N, C]
   * @param tokens N
   * @param positionBias [H, N, N], or [B, H, N, N] where it differs by example, added to the scaled
   *     products; null for none
   * @param rotary what turns queries and keys; null for none
   * @return [B N, C], in the precision of products
   */
  public Operand<TFloating> apply(
      LayerScope scope,
      Operand<? extends TFloating> x,
      int tokens,
      Operand<TFloat32> positionBias,
      RotaryPositions rotary) {
    AttentionHeads split = new AttentionHeads(width, heads, tokens);
    Operand<TFloating> rows = scope.precision().compute(scope.tf(), x);
    List<? extends Operand<TFloating>> parts =
        split.split(scope, rows, qkv, jointBias(scope, split));
    Operand<TFloating> queries = turned(scope, parts.get(0), rotary);
    Operand<TFloating> keys = turned(scope, parts.get(1), rotary);
    Operand<TFloating> mixed =
        AttentionProducts.apply(
            scope, queries, keys, parts.get(2), positionBias, split.headWidth());
    return split.join(scope, mixed, norm, projection);
  }

  private static Operand<TFloating> turned(
      LayerScope scope, Operand<TFloating> part, RotaryPositions rotary) {
    return rotary == null ? part : rotary.apply(scope.tf(), part);
  }

  private Operand<TFloat32> jointBias(LayerScope scope, AttentionHeads split) {
    return switch (bias) {
      case NO_BIAS -> null;
      case FULL_BIAS -> scope.at("qkv").parameter("bias", Initializers.zeros(), 3L * width);
      case QV_BIAS -> split.queryAndValueBias(scope);
    };
  }
}
