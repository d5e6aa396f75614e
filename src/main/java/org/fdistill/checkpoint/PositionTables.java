package org.fdistill.checkpoint;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.fdistill.proto.VitConfig;
import org.fdistill.resample.AbsolutePositionTable;
import org.fdistill.resample.Bicubic;
import org.fdistill.resample.RelativePositionTable;
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

  /**
   * How a table becomes another.
   *
   * @param note for the user
   * @param values from the one's to the other's
   */
  record Resizing(String note, UnaryOperator<float[]> values) {}

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

  /** Whether the network computes its absolute positions. */
  boolean areComputed() {
    VitConfig vit = network.model().getVit();
    return vit.getAbsolutePosition()
        && vit.getAbsolutePositionKind() != VitConfig.PositionKind.LEARNED;
  }

  /**
   * How a tensor of one shape becomes a parameter of another; empty where the parameter is no
   * position table, or the two differ in more than the number of positions.
   */
  Optional<Resizing> between(Shape found, String parameter, Shape wanted) {
    if (parameter.endsWith(RELATIVE)) {
      return relative(found, wanted);
    }
    return parameter.equals(absolute()) ? absolute(found, wanted) : Optional.empty();
  }

  /** Tables [(2G-1)² + R, H]. */
  private static Optional<Resizing> relative(Shape found, Shape wanted) {
    Optional<RelativePositionTable> from = relative(found);
    Optional<RelativePositionTable> to = relative(wanted);
    if (from.isEmpty() || !to.equals(from.map(table -> table.at(to.get().grid())))) {
      return Optional.empty();
    }
    int side = to.get().grid();
    return Optional.of(
        new Resizing(
            grids(from.get().grid(), side) + ", geometric",
            values -> from.get().resize(side, values)));
  }

  private static Optional<RelativePositionTable> relative(Shape shape) {
    return shape.numDimensions() == 2
        ? RelativePositionTable.ofRows(shape.get(0), shape.get(1))
        : Optional.empty();
  }

  /** Tables [1, P + G², C]. */
  private Optional<Resizing> absolute(Shape found, Shape wanted) {
    VitConfig vit = network.model().getVit();
    int side = vit.getImageSize() / vit.getPatchSize();
    int prefix = (int) wanted.get(1) - side * side;
    if (found.numDimensions() != 3 || found.get(0) != 1 || found.get(2) != wanted.get(2)) {
      return Optional.empty();
    }
    return AbsolutePositionTable.ofRows(found.get(1), prefix, found.get(2))
        .map(
            from ->
                new Resizing(
                    grids(from.grid(), side) + ", bicubic",
                    values -> from.resize(side, Bicubic.PLAIN, values)));
  }

  private static String grids(int from, int to) {
    return String.format("from %d x %d to %d x %d positions", from, from, to, to);
  }
}
