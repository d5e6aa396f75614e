package org.fdistill.convert;

import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.RotaryPosition;

/**
 * Brings channels of queries and keys that turn together to our places. EVA-02 turns the neighbours
 * 2 i and 2 i + 1 of a head, our networks channels i and i + D/2; the products of queries and keys
 * do not see in which order their channels lie.
 *
 * @param vit the receiving network
 */
record RotaryPairs(VitConfig vit) {

  /** Whether a parameter's values are brought to other places. */
  boolean moves(String name) {
    return vit.getRotaryPosition() == RotaryPosition.EVA02
        && (name.endsWith("attn/qkv/kernel")
            || name.endsWith("attn/qkv/bias")
            || name.endsWith("attn/q_bias"));
  }

  /**
   * A parameter's values in our order.
   *
   * @param values of the checkpoint, row by row
   */
  float[] inOurOrder(String name, float[] values) {
    if (!moves(name)) {
      return values;
    }
    int width = vit.getWidth();
    boolean joint = !name.endsWith("q_bias");
    int row = joint ? 3 * width : width;
    int turned = joint ? 2 * width : width;
    float[] moved = values.clone();
    for (int start = 0; start < values.length; start += row) {
      for (int channel = 0; channel < turned; channel++) {
        moved[start + place(channel)] = values[start + channel];
      }
    }
    return moved;
  }

  private int place(int channel) {
    int headWidth = vit.getWidth() / vit.getHeads();
    int inHead = channel % headWidth;
    return channel - inHead + inHead / 2 + (inHead % 2) * headWidth / 2;
  }
}
