package org.fdistill.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.fdistill.weights.StoredTensor;

/** One of our parameters, made of one tensor of a file, or of several along its last axis. */
final class Assembly {
  /**
   * A tensor of the file in its place in the parameter.
   *
   * @param tensor of the file
   * @param rule where it goes
   */
  record Piece(StoredTensor tensor, NameRules.Mapped rule) {}

  private final String target;
  private final List<Piece> pieces = new ArrayList<>();

  Assembly(String target) {
    this.target = target;
  }

  void add(Piece piece) {
    pieces.add(piece);
    pieces.sort(Comparator.comparingInt(p -> p.rule().part()));
  }

  String target() {
    return target;
  }

  List<Piece> pieces() {
    return pieces;
  }

  /** What is wrong with the parts themselves; empty where nothing is. */
  String problem() {
    NameRules.Mapped first = pieces.get(0).rule();
    for (int part = 0; part < pieces.size(); part++) {
      if (pieces.get(part).rule().part() != part) {
        return "two tensors of the file claim the same place: " + sources();
      }
    }
    if (pieces.size() != first.parts()) {
      return "made of " + first.parts() + " tensors, found " + sources();
    }
    for (Piece piece : pieces) {
      StoredTensor tensor = piece.tensor();
      if (!tensor.elementType().isFloating()) {
        return tensor.name()
            + " holds "
            + tensor.elementType()
            + ", expected floating-point numbers";
      }
      if (piece.rule().order().shape(tensor.shape()) == null) {
        return tensor.name()
            + " has the shape "
            + Arrays.toString(tensor.shape())
            + ", of the wrong rank";
      }
    }
    return joinable() ? "" : "parts of different shapes: " + sources();
  }

  private boolean joinable() {
    long[] first = shape(pieces.get(0));
    return pieces.stream().allMatch(piece -> Arrays.equals(shape(piece), first));
  }

  /** Names and shapes of its tensors. */
  String sources() {
    List<String> names = new ArrayList<>();
    for (Piece piece : pieces) {
      names.add(piece.tensor().name() + " " + Arrays.toString(piece.tensor().shape()));
    }
    return String.join(", ", names);
  }

  /** Our shape, but for sizes of 1. Call it where there is no {@link #problem}. */
  long[] shape() {
    long[] shape = shape(pieces.get(0)).clone();
    if (pieces.size() > 1) {
      shape[shape.length - 1] *= pieces.size();
    }
    return shape;
  }

  private static long[] shape(Piece piece) {
    return piece.rule().order().shape(piece.tensor().shape());
  }

  /** Reads its values in our order. */
  float[] values() {
    if (pieces.size() == 1) {
      return values(pieces.get(0));
    }
    long[] part = shape(pieces.get(0));
    int columns = (int) part[part.length - 1];
    int wide = columns * pieces.size();
    int rows = (int) (Arrays.stream(part).reduce(1, (a, b) -> a * b) / columns);
    float[] joined = new float[rows * wide];
    for (int p = 0; p < pieces.size(); p++) {
      float[] values = values(pieces.get(p));
      for (int row = 0; row < rows; row++) {
        System.arraycopy(values, row * columns, joined, row * wide + p * columns, columns);
      }
    }
    return joined;
  }

  private static float[] values(Piece piece) {
    StoredTensor tensor = piece.tensor();
    return piece.rule().order().values(tensor.floats(), tensor.shape());
  }

  /** What was done to its tensors, for the report. */
  String changes() {
    List<String> changes = new ArrayList<>();
    if (pieces.size() > 1) {
      changes.add(pieces.size() + " joined");
    }
    AxisOrder order = pieces.get(0).rule().order();
    if (!order.text().isEmpty()) {
      changes.add(order.text());
    }
    return String.join(", ", changes);
  }
}
