package org.fdistill.convert;

import org.fdistill.config.UserError;
import org.fdistill.weights.StoredTensor;

/**
 * Buffers of relative positions, which tell grids and windows of h by w places from squares of as
 * many: a table of 8 by 2 places has other offsets than one of 4 by 4.
 */
final class SquareBuffers {
  private static final long LARGEST_INDEX = 1 << 24;

  private SquareBuffers() {}

  /**
   * Looks at all that a file holds.
   *
   * @throws UserError where one belongs to no square
   */
  static void require(NamedTensors tensors) {
    tensors
        .leftOut()
        .forEach(
            (name, leftOut) -> {
              StoredTensor buffer = leftOut.tensor();
              boolean oblong =
                  (name.endsWith("relative_position_index") && isOblongIndex(buffer))
                      || (name.endsWith("relative_coords_table") && isOblongTable(buffer.shape()));
              if (oblong) {
                throw UserError.input(
                    buffer.name()
                        + " is that of a grid or window whose height and width differ.\n"
                        + "Expected squares: fdistill's networks have no others.");
              }
            });
  }

  /**
   * Of an index [N, N], N = h w, with a class token in front or without: its last entry, the offset
   * of the last place to itself, is (h - 1) (2 w - 1) + w - 1 = 2 w (h - 1).
   */
  private static boolean isOblongIndex(StoredTensor index) {
    long[] shape = index.shape();
    if (shape.length != 2 || shape[0] != shape[1] || index.elements() > LARGEST_INDEX) {
      return false;
    }
    long side = Math.round(Math.floor(Math.sqrt((double) shape[0])));
    boolean whole = side * side == shape[0] || side * side + 1 == shape[0];
    float[] values = index.floats();
    return values.length > 0 && (!whole || values[values.length - 1] != 2 * side * (side - 1));
  }

  /** Of SwinV2's offsets [1, 2 h - 1, 2 w - 1, 2]. */
  private static boolean isOblongTable(long[] shape) {
    return shape.length == 4 && shape[1] != shape[2];
  }
}
