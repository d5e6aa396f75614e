package org.fdistill.model.swin;

import org.fdistill.nn.ShiftedWindows;

/**
 * Where a block stands.
 *
 * @param stage its stage
 * @param number in the stage, from 0
 * @param ofNetwork number in the network, from 0
 * @param dropPath its rate
 */
record BlockPlace(Stage stage, int number, int ofNetwork, float dropPath) {

  /** The windows in which it attends. */
  ShiftedWindows windows() {
    return stage.windows(number);
  }
}
