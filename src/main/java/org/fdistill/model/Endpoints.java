package org.fdistill.model;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What a backbone makes of a batch. Letters: B batch, N tokens, C width, G grid side.
 *
 * @param tokens [B, N, C] after the final norm, prefix tokens first, then patches row by row
 * @param prefixTokens tokens before the patches, such as a class token
 * @param grid G, so that N = prefixTokens + G²
 * @param width C
 */
public record Endpoints(Operand<TFloat32> tokens, int prefixTokens, int grid, int width) {

  /** The patch tokens, [B, G², C]. */
  public Operand<TFloat32> patchTokens(Ops tf) {
    if (prefixTokens == 0) {
      return tokens;
    }
    return tf.slice(
        tokens,
        tf.constant(new int[] {0, prefixTokens, 0}),
        tf.constant(new int[] {-1, grid * grid, width}));
  }

  /** The patch tokens as a map, [B, G, G, C]. */
  public Operand<TFloat32> featureMap(Ops tf) {
    return tf.reshape(patchTokens(tf), tf.constant(new int[] {-1, grid, grid, width}));
  }

  /** The mean of the patch tokens, [B, C]. */
  public Operand<TFloat32> pooled(Ops tf) {
    return tf.math.mean(patchTokens(tf), tf.constant(1));
  }

  /** Whether the first token is a class token. */
  public boolean hasClassToken() {
    return prefixTokens > 0;
  }

  /** The class token, [B, C]. Call it only where there is one. */
  public Operand<TFloat32> classToken(Ops tf) {
    if (!hasClassToken()) {
      throw new IllegalStateException("this backbone has no class token");
    }
    Operand<TFloat32> first =
        tf.slice(tokens, tf.constant(new int[] {0, 0, 0}), tf.constant(new int[] {-1, 1, -1}));
    return tf.reshape(first, tf.constant(new int[] {-1, width}));
  }
}
