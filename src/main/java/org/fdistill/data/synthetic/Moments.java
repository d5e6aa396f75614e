package org.fdistill.data.synthetic;

import java.awt.Shape;
import java.awt.geom.PathIterator;

/**
 * Area (negative where the outline runs the other way round) and centre of mass of a shape without
 * crossings, by the shoelace formula over its flattened outline; holes run against the outside and
 * subtract.
 */
record Moments(double area, double x, double y) {
  private static final double FLATNESS = 1e-3;

  static Moments of(Shape shape) {
    double area = 0;
    double x = 0;
    double y = 0;
    double[] start = new double[2];
    double[] from = new double[2];
    double[] to = new double[6];
    for (PathIterator it = shape.getPathIterator(null, FLATNESS); !it.isDone(); it.next()) {
      int segment = it.currentSegment(to);
      if (segment == PathIterator.SEG_MOVETO) {
        start[0] = to[0];
        start[1] = to[1];
      } else {
        double[] end = segment == PathIterator.SEG_CLOSE ? start : to;
        double cross = from[0] * end[1] - end[0] * from[1];
        area += cross / 2;
        x += (from[0] + end[0]) * cross / 6;
        y += (from[1] + end[1]) * cross / 6;
        System.arraycopy(end, 0, to, 0, 2);
      }
      System.arraycopy(to, 0, from, 0, 2);
    }
    return new Moments(area, x / area, y / area);
  }
}
