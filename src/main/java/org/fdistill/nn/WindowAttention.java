package org.fdistill.nn;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.AttentionProducts.LogitOffsets;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Swin's attention inside each window, with a learned table of relative positions, {@code
 * rel_pos_bias/table} [(2w-1)², H]. Letters: B batch, W windows, N tokens of a window, w its side,
 * C width, H heads.
 *
 * @param width C
 * @param heads H
 * @param windows in whose order the rows come
 * @param initializer first value of kernels and table
 */
public record WindowAttention(
    int width, int heads, ShiftedWindows windows, Initializer initializer) {

  /**
   * Gives every token the values of its window's tokens, weighted by {@code softmax(q kᵀ / √D +
   * positions + mask)} in each head, and projects the heads' results together.
   *
   * @param scope whose path is the layer's name
   * @param x [B W N, C], window by window
   * @param index from {@link RelativePositionBias#index}
   * @return the same shape
   */
  public Operand<TFloating> apply(LayerScope scope, Operand<TFloating> x, Operand<TInt32> index) {
    AttentionHeads split = new AttentionHeads(width, heads, windows.tokens());
    Operand<TFloat32> bias = scope.at("qkv").parameter("bias", Initializers.zeros(), 3L * width);
    Operand<TFloat32> positions =
        new RelativePositionBias(windows.window(), false, heads, initializer)
            .apply(scope.at("rel_pos_bias"), index);
    Operand<TFloating> mixed =
        AttentionProducts.scaled(
            scope,
            split.split(scope, x, initializer, bias),
            new LogitOffsets(positions, windows.mask(scope.tf())),
            split.headWidth());
    return split.join(scope, mixed, initializer);
  }
}
