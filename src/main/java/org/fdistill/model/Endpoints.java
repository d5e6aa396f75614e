package org.fdistill.model;

import java.util.List;
import java.util.function.Function;
import org.fdistill.nn.VisibleTokens;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What a network makes of a batch. Letters: B batch, N tokens, C width, G grid side.
 *
 * @param tokens [B, N, C] as the network gives them, prefix tokens first, then patches row by row
 * @param kept numbers of the patches that the patch tokens stand for, each once [B, K]; null: they
 *     stand for all, row by row
 * @param prefixTokens tokens before the patches: class token, then registers
 * @param hasClassToken whether the first token is a class token
 * @param grid G, so that N = prefixTokens + G², or prefixTokens + K where patches were left out;
 *     patch i lies in row i div G, column i mod G
 * @param width C
 * @param normedMean [B, C], of a backbone whose final norm is on the mean of the patches; null
 *     where the mean is taken as it is
 * @param blocks what leaves each block, [B, N, C] as its stage has them, before any final norm;
 *     empty for a network whose inside is not known
 * @param stages a map for each scale, from fine to coarse, before any final norm; of a network
 *     whose inside is not known, the map of its tokens
 */
public record Endpoints(
    Operand<TFloat32> tokens,
    Operand<TInt32> kept,
    int prefixTokens,
    boolean hasClassToken,
    int grid,
    int width,
    Operand<TFloat32> normedMean,
    List<Function<Ops, Operand<TFloat32>>> blocks,
    List<FeatureMap> stages) {
  /** Takes copies. */
  public Endpoints {
    blocks = List.copyOf(blocks);
    stages = List.copyOf(stages);
  }

  /**
   * Of a network that shows its tokens alone, whose mean of the patches is taken as it is.
   *
   * @param stride pixels from one patch to the next
   */
  public static Endpoints ofTokens(
      Operand<TFloat32> tokens,
      int prefixTokens,
      boolean hasClassToken,
      int grid,
      int width,
      int stride) {
    Endpoints plain =
        new Endpoints(
            tokens, null, prefixTokens, hasClassToken, grid, width, null, List.of(), List.of());
    return plain.withInside(List.of(), List.of(new FeatureMap(plain::featureMap, stride, width)));
  }

  /** The same with what is inside of the network. */
  public Endpoints withInside(
      List<Function<Ops, Operand<TFloat32>>> inner, List<FeatureMap> scales) {
    return new Endpoints(
        tokens, kept, prefixTokens, hasClassToken, grid, width, normedMean, inner, scales);
  }

  /** The same with another value of {@link #pooled}, [B, C]. */
  public Endpoints withPooled(Operand<TFloat32> pooled) {
    return new Endpoints(
        tokens, kept, prefixTokens, hasClassToken, grid, width, pooled, blocks, stages);
  }

  /**
   * The same of a network that saw a part of the patches.
   *
   * @param patches numbers of those that the patch tokens stand for [B, K]; null: all
   */
  public Endpoints keeping(Operand<TInt32> patches) {
    return new Endpoints(
        tokens, patches, prefixTokens, hasClassToken, grid, width, normedMean, blocks, stages);
  }

  /**
   * The tokens of the patches that another network saw, from one that saw all on the same grid: so
   * both stand for the same places, token by token.
   *
   * @param other whose patches are taken; may have seen all
   */
  public Endpoints seenBy(Ops tf, Endpoints other) {
    if (other.kept == null) {
      return this;
    }
    VisibleTokens visible = new VisibleTokens(grid, prefixTokens, other.kept);
    Operand<TFloat32> patches = visible.ofPatches(tf, patchTokens(tf));
    Operand<TFloat32> all =
        prefixTokens == 0
            ? patches
            : tf.concat(List.of(slice(tf, 0, prefixTokens), patches), tf.constant(1));
    return new Endpoints(
        all,
        other.kept,
        prefixTokens,
        hasClassToken,
        grid,
        width,
        normedMean,
        List.of(),
        List.of());
  }

  /** Patch tokens: G², or K where patches were left out. */
  private int patches() {
    return kept == null ? grid * grid : Math.toIntExact(kept.shape().get(1));
  }

  /** The patch tokens, [B, G², C], or [B, K, C] where patches were left out. */
  public Operand<TFloat32> patchTokens(Ops tf) {
    if (prefixTokens == 0) {
      return tokens;
    }
    return slice(tf, prefixTokens, patches());
  }

  /**
   * Class token and {@link #patchTokens}, [B, 1 + G², C] or [B, 1 + K, C]. Call it only where there
   * is a class token.
   */
  public Operand<TFloat32> classAndPatchTokens(Ops tf) {
    requireClassToken();
    return prefixTokens == 1
        ? tokens
        : tf.concat(List.of(slice(tf, 0, 1), patchTokens(tf)), tf.constant(1));
  }

  /** The patch tokens as a map, [B, G, G, C]. Call it only where no patch was left out. */
  public Operand<TFloat32> featureMap(Ops tf) {
    if (kept != null) {
      throw new IllegalStateException("patches were left out: there is no map");
    }
    return tf.reshape(patchTokens(tf), tf.constant(new int[] {-1, grid, grid, width}));
  }

  /** The patches that leave a block as a map, [B, G, G, C], of a network of a single scale. */
  public Operand<TFloat32> blockMap(Ops tf, int block) {
    return ofTokens(blocks.get(block).apply(tf), prefixTokens, hasClassToken, grid, width, 1)
        .keeping(kept)
        .featureMap(tf);
  }

  /** The mean of {@link #patchTokens}, through the backbone's norm of it if it has one, [B, C]. */
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
