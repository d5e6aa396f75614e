package org.fdistill.diagnose;

import java.util.List;

/**
 * What is known of a model's blocks.
 *
 * @param layers first block first
 * @param withoutAttention why attention cannot be measured; empty where it can
 * @param withoutBlocks why what leaves the blocks cannot be measured; empty where it can
 */
record Inside(Subject subject, List<Layer> layers, String withoutAttention, String withoutBlocks) {
  /** Takes a copy. */
  Inside {
    layers = List.copyOf(layers);
  }
}
