package org.fdistill.model;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What a backbone makes of a batch. Letters: B batch, N tokens, C width, G grid side.
 *
 * @param tokens [B, N, C] as the backbone gives them, prefix tokens first, then patches row by row
 * @param prefixTokens tokens before the patches: class token, then registers
 * @param hasClassToken whether the first token is a class token
 * @param grid G, so that N = prefixTokens + G²
 * @param width C
 * @param normedMean [B, C], of a backbone whose final norm is on the mean of the patches; null
 *     where the mean is taken as it is
 */
public record Endpoints(
    Operand<TFloat32> tokens,
    int prefixTokens,
    boolean hasClassToken,
    int grid,
    int width,
    Operand<TFloat32> normedMean) {

  /** Of a backbone whose mean of the patches is taken as it is. */
  public Endpoints(
      Operand<TFloat32> tokens, int prefixTokens, boolean hasClassToken, int grid, int width) {
    this(tokens, prefixTokens, hasClassToken, grid, width, null);
  }

  /** Of a backbone without registers: the one prefix token that it may have is a class token. */
  public Endpoints(Operand<TFloat32> tokens, int prefixTokens, int grid, int width) {
    this(tokens, prefixTokens, prefixTokens > 0, grid, width);
  }

  /** The same with another value of {@link #pooled}, [B, C]. */
  public Endpoints withPooled(Operand<TFloat32> pooled) {
    return new Endpoints(tokens, prefixTokens, hasClassToken, grid, width, pooled);
  }

  /** The patch tokens, [B, G², C]. */
  public Operand<TFloat32> patchTokens(Ops tf) {
    if (prefixTokens == 0) {
      return tokens;
    }
    return slice(tf, prefixTokens, grid * grid);
  }

  /** Class token and patches, [B, 1 + G², C]. Call it only where there is a class token. */
  public Operand<TFloat32> classAndPatchTokens(Ops tf) {
    requireClassToken();
    return prefixTokens == 1
        ? tokens
        : tf.concat(List.of(slice(tf, 0, 1), patchTokens(tf)), tf.constant(1));
  }

  /** The patch tokens as a map, [B, G, G, C]. */
  public Operand<TFloat32> featureMap(Ops tf) {
    return tf.reshape(patchTokens(tf), tf.constant(new int[] {-1, grid, grid, width}));
  }

  /** The mean of the patch tokens, through the backbone's norm of it if it has one, [B, C]. */
  public Operand<TFloat32> pooled(Ops tf) {
    return normedMean != null ? normedMean : tf.math.mean(patchTokens(tf), tf.constant(1));
  }

  /** The class token, [B, C]. Call it only where there is one. */
  public Operand<TFloat32> classToken(Ops tf) {
    requireClassToken();
    return tf.reshape(slice(tf, 0, 1), tf.constant(new int[] {-1, width}));
  }

  private Operand<TFloat32> slice(Ops tf, int first, int count) {
    return tf.slice(
        tokens, tf.constant(new int[] {0, first, 0}), tf.constant(new int[] {-1, count, width}));
  }

  private void requireClassToken() {
    if (!hasClassToken) {
      throw new IllegalStateException("this backbone has no class token");
    }
  }
}
