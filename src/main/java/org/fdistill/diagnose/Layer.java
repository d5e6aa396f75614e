package org.fdistill.diagnose;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * One block of a network. Letters: B batch, W windows of an image (1 where attention is over the
 * whole image), H heads, n patches of a window, G side of the grid that they come from, C width.
 *
 * @param name of the node that gives its attention
 * @param attention [B W, H, N, N], rows are queries; null where its shape is not understood
 * @param shape what the attention's axes mean; null where it is not understood
 * @param leaving what leaves the block, [B, T, C]; null where it is not found
 * @param tokens T; 0 where it is not found
 * @param width C; 0 where it is not found
 */
record Layer(
    String name,
    Operand<TFloat32> attention,
    AttentionShape shape,
    Operand<TFloat32> leaving,
    int tokens,
    int width) {

  /** The attention among patches alone, [B W, H, n, n]. */
  Operand<TFloat32> patches(Ops tf) {
    int first = shape.prefix();
    int count = shape.tokens() - first;
    return first == 0
        ? attention
        : tf.slice(
            attention,
            tf.constant(new int[] {0, 0, first, first}),
            tf.constant(new int[] {-1, shape.heads(), count, count}));
  }

  /** The patches that leave the block, [B, T - prefix, C]. */
  Operand<TFloat32> leavingPatches(Ops tf) {
    int first = leavingPrefix();
    return first == 0
        ? leaving
        : tf.slice(
            leaving,
            tf.constant(new int[] {0, first, 0}),
            tf.constant(new int[] {-1, tokens - first, width}));
  }

  /** How many patches leave the block. */
  int leavingCount() {
    return tokens - leavingPrefix();
  }

  private int leavingPrefix() {
    return shape == null ? 0 : shape.prefix();
  }
}
