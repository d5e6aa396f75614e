package org.fdistill.convert;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.PositionedTokens;
import org.fdistill.resample.AbsolutePositionTable;
import org.fdistill.resample.Bicubic;
import org.fdistill.resample.RelativePositionTable;

/**
 * Brings tables of positions to a network's size, as the family's own code does.
 *
 * @param style of absolute positions
 * @param model the receiving network
 */
record Positions(Family.PositionStyle style, BackboneConfig model) {
  /**
   * A table's way to another size.
   *
   * @param text for the report
   * @param values from its values to those at the new size
   */
  record Change(String text, UnaryOperator<float[]> values) {
    float[] apply(float[] table) {
      return values.apply(table);
    }
  }

  /**
   * How a parameter gets to another shape.
   *
   * @param found its shape in the checkpoint
   * @param expected its shape in the network
   * @return empty where it is no table of positions, or of no grid
   */
  Optional<Change> change(String name, long[] found, long[] expected) {
    if (name.endsWith("pos_embed")) {
      return absolute(found, expected);
    }
    return name.endsWith("rel_pos_bias/table") ? relative(found, expected) : Optional.empty();
  }

  private Optional<Change> absolute(long[] found, long[] expected) {
    long width = expected[expected.length - 1];
    if (found[found.length - 1] != width) {
      return Optional.empty();
    }
    Optional<AbsolutePositionTable> from =
        AbsolutePositionTable.ofRows(elements(found) / width, prefix(), width);
    Optional<AbsolutePositionTable> to =
        AbsolutePositionTable.ofRows(elements(expected) / width, prefix(), width);
    if (from.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    int side = to.get().grid();
    return Optional.of(
        new Change(
            grids(from.get().grid(), side), table -> from.get().resize(side, bicubic(), table)));
  }

  private Bicubic bicubic() {
    if (style != Family.PositionStyle.DINOV2) {
      return Bicubic.PLAIN;
    }
    return model.getVit().getRegisterTokens() > 0 ? Bicubic.ANTIALIASED : Bicubic.DINO_V2;
  }

  private int prefix() {
    VitConfig vit = model.getVit();
    int one = vit.getClassToken() ? 1 : 0;
    if (vit.getPositionedTokens() == PositionedTokens.PATCHES) {
      return 0;
    }
    return vit.getPositionedTokens() == PositionedTokens.EVERY_TOKEN
        ? one + vit.getRegisterTokens()
        : one;
  }

  private static Optional<Change> relative(long[] found, long[] expected) {
    if (found.length != 2 || expected.length != 2 || found[1] != expected[1]) {
      return Optional.empty();
    }
    Optional<RelativePositionTable> from = RelativePositionTable.ofRows(found[0], found[1]);
    Optional<RelativePositionTable> to = RelativePositionTable.ofRows(expected[0], expected[1]);
    if (from.isEmpty() || to.isEmpty() || from.get().classRows() != to.get().classRows()) {
      return Optional.empty();
    }
    int side = to.get().grid();
    return Optional.of(
        new Change(grids(from.get().grid(), side), table -> from.get().resize(side, table)));
  }

  private static String grids(int from, int to) {
    return "resampled from %d x %d to %d x %d".formatted(from, from, to, to);
  }

  private static long elements(long[] shape) {
    long elements = 1;
    for (long size : shape) {
      elements *= size;
    }
    return elements;
  }
}
