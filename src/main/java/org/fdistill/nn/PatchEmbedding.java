package org.fdistill.nn;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The convolution whose stride is its size P, as one product: {@code kernel} [P, P, 3, C] and, if
 * it has one, {@code bias} [C]. Letters: B batch, S side of the images, N = (S / P)² patches.
 *
 * @param patch P
 * @param width C
 * @param kernel first value of the kernel
 * @param bias first value of the bias; null for a layer without one
 */
public record PatchEmbedding(int patch, int width, Initializer kernel, Initializer bias) {
  /**
   * Makes a token of each patch: its P² pixels as one row [3 P²], times the kernel.
   *
   * @param images [B, S, S, 3]
   * @return [B N, C], row by row of the image
   */
  public Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> images) {
    return product(scope, pixels(scope, images));
  }

  /**
   * As {@link #apply(LayerScope, Operand)}, in another order of the patches: the pixels are moved,
   * since they are fewer than a token's channels.
   *
   * @param order from row by row to that of the result
   */
  public Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> images, RowPermutation order) {
    return product(scope, order.apply(scope.tf(), pixels(scope, images), values()));
  }

  /**
   * As {@link #apply(LayerScope, Operand)}, of the visible patches alone: the pixels are left out
   * that no token is made of.
   *
   * @return [B K, C]
   */
  public Operand<TFloat32> apply(
      LayerScope scope, Operand<TFloat32> images, VisibleTokens visible) {
    if (visible.isAll()) {
      return apply(scope, images);
    }
    Ops tf = scope.tf();
    int patches = visible.grid() * visible.grid();
    Operand<TFloating> rows = pixels(scope, images);
    Operand<TFloating> byExample = tf.reshape(rows, tf.constant(new int[] {-1, patches, values()}));
    Operand<TFloating> seen = visible.ofPatches(tf, byExample);
    return product(scope, tf.reshape(seen, tf.constant(new int[] {-1, values()})));
  }

  private Operand<TFloating> pixels(LayerScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    return tf.reshape(
        tf.nn.spaceToDepth(scope.precision().compute(tf, images), (long) patch),
        tf.constant(new int[] {-1, values()}));
  }

  private Operand<TFloat32> product(LayerScope scope, Operand<TFloating> pixels) {
    Ops tf = scope.tf();
    Operand<TFloat32> weights = scope.parameter("kernel", kernel, patch, patch, 3, width);
    Operand<TFloat32> matrix = tf.reshape(weights, tf.constant(new int[] {values(), width}));
    Operand<TFloat32> offset = bias == null ? null : scope.parameter("bias", bias, width);
    return Precision.full(tf, Dense.product(scope, pixels, matrix, offset));
  }

  /** Numbers of a patch. */
  private int values() {
    return patch * patch * 3;
  }
}
