package org.fdistill.checkpoint;

import java.util.Optional;
import org.fdistill.proto.VitConfig;
import org.fdistill.resample.Bicubic;
import org.fdistill.resample.TableResizing;
import org.tensorflow.ndarray.Shape;

/**
 * Recognises position tables among a network's parameters, and fits those of another grid or window
 * to it.
 */
final class PositionTables {
  private static final String RELATIVE = "rel_pos_bias/table";

  private final NetworkParameters network;

  PositionTables(NetworkParameters network) {
    this.network = network;
  }

  /** The relative position table that all blocks of a network share. */
  String shared() {
    return network.name(RELATIVE);
  }

  /** Whether a parameter is one block's own relative position table. */
  boolean isOfOneBlock(String name) {
    return name.startsWith(network.name("blocks/")) && name.endsWith("/attn/" + RELATIVE);
  }

  /** The learned absolute positions. */
  String absolute() {
    return network.name("pos_embed");
  }

  /** Whether the network computes what learned absolute positions would stand for. */
  boolean areComputed() {
    VitConfig vit = network.model().getVit();
    return vit.getAbsolutePosition()
        ? vit.getAbsolutePositionKind() != VitConfig.PositionKind.LEARNED
        : vit.getRotaryPosition() != VitConfig.RotaryPosition.NO_ROTARY;
  }

  /**
   * How a tensor of one shape becomes a parameter of another; empty where the parameter is no
   * position table, or the two differ in more than the number of positions.
   */
  Optional<TableResizing> between(Shape found, String parameter, Shape wanted) {
    long[] from = found.asArray();
    if (parameter.endsWith(RELATIVE)) {
      return TableResizing.relative(from, wanted.asArray());
    }
    if (!parameter.equals(absolute())) {
      return Optional.empty();
    }
    VitConfig vit = network.model().getVit();
    int side = vit.getImageSize() / vit.getPatchSize();
    int prefix = (int) wanted.get(1) - side * side;
    return TableResizing.absolute(from, wanted.asArray(), prefix, Bicubic.PLAIN);
  }
}
