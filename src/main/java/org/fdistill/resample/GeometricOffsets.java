package org.fdistill.resample;

/**
 * BEiT's geometric interpolation along one axis of a relative position table. The offsets of the
 * given grid are laid out in steps that grow by a factor q with the distance from 0, so that the
 * largest one falls on the largest offset of the wanted grid: near offsets keep their meaning, far
 * ones are stretched. Where the wanted grid is smaller, q stays at its lower bound and the result
 * is close to a crop.
 */
final class GeometricOffsets {
  private static final double SMALLEST_RATIO = 1.01;
  private static final double LARGEST_RATIO = 1.5;
  private static final double PRECISION = 1e-6;

  private GeometricOffsets() {}

  /** The weights [2T-1, 2F-1] for grids of sides F and T. */
  static double[][] weights(int from, int to) {
    double[] wanted = new double[2 * to - 1];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = i - (to - 1);
    }
    return CubicSpline.weights(places(from, ratio(from, to)), wanted);
  }

  /** q by bisection: the largest offset of the given grid, 1 + q + q² + ..., falls on T - 1. */
  static double ratio(int from, int to) {
    double left = SMALLEST_RATIO;
    double right = LARGEST_RATIO;
    double q = left;
    while (right - left > PRECISION) {
      q = (left + right) / 2;
      if ((1 - Math.pow(q, from - 1)) / (1 - q) > to - 1) {
        right = q;
      } else {
        left = q;
      }
    }
    return q;
  }

  /** Where the offsets -(F-1) to F-1 of the given grid are laid: 0, ±1, ±(1 + q), ... */
  private static double[] places(int from, double q) {
    double[] places = new double[2 * from - 1];
    double place = 0;
    for (int i = 1; i < from; i++) {
      place += Math.pow(q, i - 1);
      places[from - 1 + i] = place;
      places[from - 1 - i] = -place;
    }
    return places;
  }
}
