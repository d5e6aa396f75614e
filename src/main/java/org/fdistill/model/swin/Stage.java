package org.fdistill.model.swin;

import org.fdistill.nn.ShiftedWindows;

/**
 * Blocks on maps of one size.
 *
 * @param number from 0
 * @param grid G, the side of the map
 * @param width C
 * @param depth its blocks
 * @param heads H
 * @param window w, the side of its windows; that of the map where it is one window
 */
record Stage(int number, int grid, int width, int depth, int heads, int window) {

  /** Tokens of an image. */
  int tokens() {
    return grid * grid;
  }

  /** The windows of a block: those of odd blocks are shifted by half, unless there is but one. */
  ShiftedWindows windows(int block) {
    boolean shifted = block % 2 == 1 && window < grid;
    return new ShiftedWindows(grid, window, shifted ? window / 2 : 0);
  }

  /**
   * The order of the stage's rows from its first block to its last: by the windows of even blocks,
   * which therefore attend without moving a row.
   */
  int[] order() {
    return windows(0).order();
  }
}
