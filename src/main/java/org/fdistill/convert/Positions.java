package org.fdistill.convert;

import java.util.Optional;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.VitConfig;
import org.fdistill.resample.Bicubic;
import org.fdistill.resample.TableResizing;

/**
 * Brings tables of positions to a network's size.
 *
 * @param bicubic how absolute positions are resampled
 * @param model the receiving network
 */
record Positions(Bicubic bicubic, BackboneConfig model) {
  /** How names of tables of absolute positions end. */
  static final String ABSOLUTE = "pos_embed";

  /**
   * As the user asks, or as the family's own code does.
   *
   * @param asked empty: the family's own way
   */
  static Positions of(Optional<Bicubic> asked, Family family, BackboneConfig model) {
    return new Positions(asked.orElseGet(() -> ownWay(family, model)), model);
  }

  /** DINOv2 with registers antialiases, without it adds an offset to the scale. */
  private static Bicubic ownWay(Family family, BackboneConfig model) {
    if (family.positions() != Family.PositionStyle.DINOV2) {
      return Bicubic.PLAIN;
    }
    return model.getVit().getRegisterTokens() > 0 ? Bicubic.ANTIALIASED : Bicubic.DINO_V2;
  }

  /**
   * How a parameter gets to another shape.
   *
   * @param found its shape in the checkpoint
   * @param wanted its shape in the network
   * @return empty where it is no table of positions, or of no square grid
   */
  Optional<TableResizing> resizing(String name, long[] found, long[] wanted) {
    if (name.endsWith(ABSOLUTE)) {
      return TableResizing.absolute(found, wanted, prefix(), bicubic);
    }
    return name.endsWith("rel_pos_bias/table")
        ? TableResizing.relative(found, wanted)
        : Optional.empty();
  }

  /** How channels of queries and keys lie. */
  RotaryPairs rotaryPairs() {
    return new RotaryPairs(model.getVit());
  }

  private int prefix() {
    VitConfig vit = model.getVit();
    return VitDescription.prefix(vit, vit.getPositionedTokens());
  }
}
