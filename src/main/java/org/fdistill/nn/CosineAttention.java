package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.AttentionProducts.LogitOffsets;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * SwinV2's attention inside each window (arXiv 2111.09883, section 3.2): the cosine of query and
 * key times a learned factor of each head, {@code exp(min(logit_scale, ln 100))}, plus the
 * log-spaced bias {@code cpb}. Queries and values have biases, {@code q_bias} and {@code v_bias}.
 * Letters: B batch, W windows, N tokens of a window, w its side, C width, H heads.
 *
 * @param width C
 * @param heads H
 * @param windows in whose order the rows come
 * @param positionWindow side that offsets are divided by
 * @param plain first value of the inner kernels
 * @param projection first value of the output kernel
 */
public record CosineAttention(
    int width,
    int heads,
    ShiftedWindows windows,
    int positionWindow,
    Initializer plain,
    Initializer projection) {
  private static final float INITIAL_LOGIT_SCALE = (float) Math.log(10);
  private static final float LARGEST_LOGIT_SCALE = (float) Math.log(100);

  /**
   * Gives every token the values of its window's tokens, weighted by {@code softmax(factor cos(q,
   * k) + cpb + mask)} in each head, and projects the heads' results together.
   *
   * @param scope whose path is the layer's name
   * @param x [B W N, C], window by window
   * @param index from {@link RelativePositionBias#index}
   * @return the same shape
   */
  public Operand<TFloating> apply(LayerScope scope, Operand<TFloating> x, Operand<TInt32> index) {
    Ops tf = scope.tf();
    AttentionHeads split = new AttentionHeads(width, heads, windows.tokens());
    List<? extends Operand<TFloating>> parts =
        split.split(scope, x, plain, split.queryAndValueBias(scope));
    Operand<TFloat32> positions =
        new LogSpacedPositionBias(windows.window(), positionWindow, heads, plain)
            .apply(scope.at("cpb"), index);
    Operand<TFloating> queries = UnitVectors.scaled(scope, parts.get(0), scale(scope));
    Operand<TFloating> keys = UnitVectors.of(scope, parts.get(1));
    Operand<TFloating> mixed =
        AttentionProducts.unscaled(
            scope,
            List.of(queries, keys, parts.get(2)),
            new LogitOffsets(positions, windows.mask(tf)));
    return split.join(scope, mixed, projection);
  }

  /** [H, 1, 1]. */
  private Operand<TFloat32> scale(LayerScope scope) {
    Ops tf = scope.tf();
    Initializer initial = Initializers.constant(INITIAL_LOGIT_SCALE);
    Operand<TFloat32> logarithm = scope.parameter("logit_scale", initial, heads);
    Operand<TFloat32> bounded = tf.math.minimum(logarithm, tf.constant(LARGEST_LOGIT_SCALE));
    return tf.reshape(tf.math.exp(bounded), tf.constant(new int[] {heads, 1, 1}));
  }
}
