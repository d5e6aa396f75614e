package org.fdistill.convert;

import java.util.Arrays;

/**
 * How a published tensor lies, against ours: dense kernels [in, out], convolutions [h, w, in, out].
 */
enum AxisOrder {
  /** As ours, but for sizes of 1. */
  SAME,
  /** A linear layer of PyTorch, [out, in]. */
  TRANSPOSED,
  /** A convolution of PyTorch, [out, in, h, w]. */
  CONVOLUTION,
  /** Patches of RGB images before a linear layer of PyTorch, [out, in h w], h and w the same. */
  PATCHES,
  /** Flax's heads in front: [C, H, D], or a bias [H, D]. */
  HEADS_LAST,
  /** Flax's heads behind: [H, D, C]. */
  HEADS_FIRST;

  private static final long COLOURS = 3;

  /** Our shape of a tensor of theirs; null where it cannot lie so. */
  long[] shape(long[] theirs) {
    return switch (this) {
      case SAME -> theirs;
      case TRANSPOSED -> theirs.length == 2 ? new long[] {theirs[1], theirs[0]} : null;
      case CONVOLUTION ->
          theirs.length == 4 ? new long[] {theirs[2], theirs[3], theirs[1], theirs[0]} : null;
      case PATCHES -> CONVOLUTION.shape(squares(theirs));
      case HEADS_LAST -> headsLast(theirs);
      case HEADS_FIRST -> theirs.length == 3 ? new long[] {theirs[0] * theirs[1], theirs[2]} : null;
    };
  }

  /** [out, 3 h²] as a convolution's [out, 3, h, h]; of no rank where it is none. */
  private static long[] squares(long[] theirs) {
    long side = theirs.length == 2 ? Math.round(Math.sqrt(theirs[1] / (double) COLOURS)) : 0;
    return side > 0 && COLOURS * side * side == theirs[1]
        ? new long[] {theirs[0], COLOURS, side, side}
        : new long[0];
  }

  private static long[] headsLast(long[] theirs) {
    return switch (theirs.length) {
      case 2 -> new long[] {theirs[0] * theirs[1]};
      case 3 -> new long[] {theirs[0], theirs[1] * theirs[2]};
      default -> null;
    };
  }

  /** Our order of their values. */
  float[] values(float[] values, long[] theirs) {
    return switch (this) {
      case SAME, HEADS_LAST, HEADS_FIRST -> values;
      case TRANSPOSED -> transposed(values, (int) theirs[0], (int) theirs[1]);
      case PATCHES -> CONVOLUTION.values(values, squares(theirs));
      case CONVOLUTION ->
          transposed(
              channelsLast(values, (int) theirs[1], (int) (theirs[2] * theirs[3]), (int) theirs[0]),
              (int) theirs[0],
              (int) (theirs[1] * theirs[2] * theirs[3]));
    };
  }

  /** For the report. */
  String text() {
    return switch (this) {
      case SAME -> "";
      case TRANSPOSED -> "transposed";
      case CONVOLUTION -> "[out, in, h, w] to [h, w, in, out]";
      case PATCHES -> "[out, in h w] to [h, w, in, out]";
      case HEADS_LAST, HEADS_FIRST -> "heads joined";
    };
  }

  /** [rows, columns] to [columns, rows], in blocks that fit the cache. */
  private static float[] transposed(float[] values, int rows, int columns) {
    int block = 32;
    float[] result = new float[values.length];
    for (int row = 0; row < rows; row += block) {
      for (int column = 0; column < columns; column += block) {
        int lastRow = Math.min(rows, row + block);
        int lastColumn = Math.min(columns, column + block);
        for (int i = row; i < lastRow; i++) {
          for (int j = column; j < lastColumn; j++) {
            result[j * rows + i] = values[i * columns + j];
          }
        }
      }
    }
    return result;
  }

  /** [out, in, pixels] to [out, pixels, in]. */
  private static float[] channelsLast(float[] values, int in, int pixels, int out) {
    float[] result = new float[values.length];
    for (int o = 0; o < out; o++) {
      int start = o * in * pixels;
      for (int i = 0; i < in; i++) {
        for (int p = 0; p < pixels; p++) {
          result[start + p * in + i] = values[start + i * pixels + p];
        }
      }
    }
    return result;
  }

  /** Whether two shapes are the same but for sizes of 1. */
  static boolean alike(long[] a, long[] b) {
    return Arrays.equals(squeezed(a), squeezed(b));
  }

  private static long[] squeezed(long[] shape) {
    return Arrays.stream(shape).filter(size -> size != 1).toArray();
  }
}
