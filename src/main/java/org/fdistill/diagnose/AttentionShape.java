package org.fdistill.diagnose;

import java.util.Optional;
import java.util.OptionalInt;
import org.tensorflow.ndarray.Shape;

/**
 * What the axes of an attention tensor mean.
 *
 * @param heads H
 * @param windows W, of an image; 1 where attention is over the whole image
 * @param tokens N, of a window, prefix tokens included
 * @param prefix tokens before the patches
 * @param side w, of a window in patches: N = prefix + w²
 * @param pixels from one patch to the next
 */
record AttentionShape(int heads, int windows, int tokens, int prefix, int side, double pixels) {
  private static final int MOST_PREFIX_TOKENS = 16;

  /** n = w²: patches of a window. */
  int patches() {
    return side * side;
  }

  /** G²: patches of an image. */
  int allPatches() {
    return windows * patches();
  }

  /** G: the side of the whole grid in patches. */
  int grid() {
    return (int) Math.round(side * Math.sqrt(windows));
  }

  /**
   * Reads the axes of the attention of two images: windows and images first, then heads, queries
   * and keys; where there is no axis of heads the first is taken for them.
   *
   * @param shape of the tensor
   * @param prefix of the model, where it is known
   * @param imageSize S
   * @return empty where queries and keys are not the same square grid of patches
   */
  static Optional<AttentionShape> of(Shape shape, OptionalInt prefix, int imageSize) {
    int rank = shape.numDimensions();
    if (rank < 3 || shape.get(rank - 1) != shape.get(rank - 2)) {
      return Optional.empty();
    }
    int tokens = (int) shape.get(rank - 1);
    int before = 1;
    for (int axis = 0; axis < rank - 2; axis++) {
      before *= (int) shape.get(axis);
    }
    int heads = rank == 3 ? before / 2 : (int) shape.get(rank - 3);
    int windows = before / 2 / heads;
    OptionalInt first = prefix(tokens, windows == 1 ? prefix : OptionalInt.of(0));
    if (first.isEmpty() || before != 2 * heads * windows || root(windows) == 0) {
      return Optional.empty();
    }
    int side = root(tokens - first.getAsInt());
    double pixels = (double) imageSize / (side * root(windows));
    return Optional.of(new AttentionShape(heads, windows, tokens, first.getAsInt(), side, pixels));
  }

  private static OptionalInt prefix(int tokens, OptionalInt stated) {
    if (stated.isPresent() && root(tokens - stated.getAsInt()) > 0) {
      return stated;
    }
    for (int k = 0; k <= MOST_PREFIX_TOKENS; k++) {
      if (root(tokens - k) > 0) {
        return OptionalInt.of(k);
      }
    }
    return OptionalInt.empty();
  }

  /** The root of a square, else 0. */
  private static int root(int square) {
    int root = (int) Math.round(Math.sqrt(Math.max(square, 0)));
    return root * root == square ? root : 0;
  }
}
