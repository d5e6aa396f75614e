package org.fdistill.resample;

import java.util.Arrays;

/**
 * The cubic spline through given points whose third derivative does not jump at the second point
 * and the last but one (not-a-knot), which is FITPACK's interpolating spline. Outside of the points
 * it keeps its value at the edge. Through three points goes a parabola, through one a constant.
 */
final class CubicSpline {
  private final double[] x;
  private final double[] y;

  /** The second derivative at each point. */
  private final double[] curvature;

  /**
   * Lays a spline through points.
   *
   * @param x rising
   * @param y as many
   */
  CubicSpline(double[] x, double[] y) {
    this.x = x;
    this.y = y;
    curvature = new double[x.length];
    if (x.length == 3) {
      Arrays.fill(curvature, (slope(1) - slope(0)) * 2 / (x[2] - x[0]));
    } else if (x.length > 3) {
      solve();
    }
  }

  /**
   * The weights that splines through points at {@code x} give to the values there.
   *
   * @param at where the splines are evaluated
   * @return one row for each place in {@code at}, one column for each point
   */
  static double[][] weights(double[] x, double[] at) {
    double[][] weights = new double[at.length][x.length];
    for (int from = 0; from < x.length; from++) {
      double[] unit = new double[x.length];
      unit[from] = 1;
      CubicSpline spline = new CubicSpline(x, unit);
      for (int to = 0; to < at.length; to++) {
        weights[to][from] = spline.value(at[to]);
      }
    }
    return weights;
  }

  /** The spline's value. */
  double value(double place) {
    double clamped = Math.max(x[0], Math.min(x[x.length - 1], place));
    int i = Arrays.binarySearch(x, clamped);
    if (i >= 0) {
      return y[i];
    }
    int left = -i - 2;
    double width = width(left);
    double a = (x[left + 1] - clamped) / width;
    double b = (clamped - x[left]) / width;
    double bend = (a * a * a - a) * curvature[left] + (b * b * b - b) * curvature[left + 1];
    return a * y[left] + b * y[left + 1] + bend * width * width / 6;
  }

  /**
   * Gauss elimination of the equations that make the first derivative continuous at the inner
   * points. The first and the last curvature are put in by the not-a-knot conditions, which leaves
   * a matrix with a dominant diagonal.
   */
  private void solve() {
    int last = x.length - 1;
    double[] lower = new double[last];
    double[] diagonal = new double[last];
    double[] upper = new double[last];
    for (int i = 1; i < last; i++) {
      lower[i] = width(i - 1);
      diagonal[i] = 2 * (width(i - 1) + width(i));
      upper[i] = width(i);
      curvature[i] = 6 * (slope(i) - slope(i - 1));
    }
    double first = width(0) / width(1);
    diagonal[1] += width(0) * (1 + first);
    upper[1] -= width(0) * first;
    double outer = width(last - 1) / width(last - 2);
    diagonal[last - 1] += width(last - 1) * (1 + outer);
    lower[last - 1] -= width(last - 1) * outer;
    for (int i = 2; i < last; i++) {
      double factor = lower[i] / diagonal[i - 1];
      diagonal[i] -= factor * upper[i - 1];
      curvature[i] -= factor * curvature[i - 1];
    }
    curvature[last - 1] /= diagonal[last - 1];
    for (int i = last - 2; i > 0; i--) {
      curvature[i] = (curvature[i] - upper[i] * curvature[i + 1]) / diagonal[i];
    }
    curvature[0] = (1 + first) * curvature[1] - first * curvature[2];
    curvature[last] = (1 + outer) * curvature[last - 1] - outer * curvature[last - 2];
  }

  private double width(int i) {
    return x[i + 1] - x[i];
  }

  private double slope(int i) {
    return (y[i + 1] - y[i]) / width(i);
  }
}
