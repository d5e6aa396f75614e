package org.fdistill.convert;

import java.util.List;
import java.util.Optional;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.VitConfig;
import org.fdistill.resample.Bicubic;
import org.fdistill.resample.Bilinear;
import org.fdistill.resample.Resampling;
import org.fdistill.resample.TableResizing;

/**
 * Brings tables of positions to a network's size.
 *
 * @param resampling how absolute positions are resampled
 * @param model the receiving network
 */
record Positions(Resampling resampling, BackboneConfig model) {
  /** How names of tables of absolute positions end. */
  static final String ABSOLUTE = "pos_embed";

  /** Its tokens beside the class token; version 4 has nine. */
  private static final int RADIO_V3_REGISTERS = 7;

  /**
   * As the user asks, or as the family's own code does.
   *
   * @param asked empty: the family's own way
   */
  static Positions of(Optional<Resampling> asked, Family family, BackboneConfig model) {
    return new Positions(asked.orElseGet(() -> ownWay(family, model)), model);
  }

  /**
   * DINOv2 with registers antialiases, without it adds an offset to the scale; C-RADIO differs by
   * version.
   */
  private static Resampling ownWay(Family family, BackboneConfig model) {
    VitConfig vit = model.getVit();
    return switch (family.positions()) {
      case DINOV2 -> vit.getRegisterTokens() > 0 ? Bicubic.ANTIALIASED : Bicubic.DINO_V2;
      case RADIO -> keepsCorners(vit) ? Bilinear.CORNERS : Bilinear.CENTRES;
      default -> Bicubic.PLAIN;
    };
  }

  /** As timm has it: C-RADIOv3-B and -H were never used otherwise. */
  private static boolean keepsCorners(VitConfig vit) {
    return vit.getRegisterTokens() == RADIO_V3_REGISTERS
        && List.of(768, 1280).contains(vit.getWidth());
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
      return TableResizing.absolute(found, wanted, prefix(), resampling);
    }
    return name.endsWith("rel_pos_bias/table")
        ? TableResizing.relative(found, wanted)
        : Optional.empty();
  }

  private int prefix() {
    VitConfig vit = model.getVit();
    return VitDescription.prefix(vit, vit.getPositionedTokens());
  }
}
