package org.fdistill.resample;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How a table of positions becomes one for another grid.
 *
 * @param text for people: both grids and the way
 * @param values from the given table's values, row by row, to the wanted one's
 */
public record TableResizing(String text, UnaryOperator<float[]> values) {
  /**
   * Between tables of absolute positions.
   *
   * @param found shape of the given table: [N, C] or [G, G, C], sizes of 1 in front
   * @param wanted shape of the wanted table
   * @param prefix rows of both in front of the patches
   * @return empty where one of them belongs to no square grid, or their widths differ
   */
  public static Optional<TableResizing> absolute(
      long[] found, long[] wanted, int prefix, Resampling resampling) {
    Optional<AbsolutePositionTable> from = AbsolutePositionTable.ofShape(prefix, found);
    Optional<AbsolutePositionTable> to = AbsolutePositionTable.ofShape(prefix, wanted);
    if (from.isEmpty() || !to.equals(from.map(table -> table.at(to.get().grid())))) {
      return Optional.empty();
    }
    int side = to.get().grid();
    return Optional.of(
        new TableResizing(
            text(from.get().grid(), side, resampling.toString()),
            values -> from.get().resize(side, resampling, values)));
  }

  /**
   * Between tables of relative positions [(2G-1)² + R, H].
   *
   * @return empty where one of them belongs to no square grid, or R or H differ
   */
  public static Optional<TableResizing> relative(long[] found, long[] wanted) {
    Optional<RelativePositionTable> from = RelativePositionTable.ofShape(found);
    Optional<RelativePositionTable> to = RelativePositionTable.ofShape(wanted);
    if (from.isEmpty() || !to.equals(from.map(table -> table.at(to.get().grid())))) {
      return Optional.empty();
    }
    int side = to.get().grid();
    return Optional.of(
        new TableResizing(
            text(from.get().grid(), side, "geometric"), values -> from.get().resize(side, values)));
  }

  private static String text(int from, int to, String way) {
    return "from " + from + " x " + from + " to " + to + " x " + to + " positions, " + way;
  }
}
