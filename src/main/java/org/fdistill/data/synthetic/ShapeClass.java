package org.fdistill.data.synthetic;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/** The ten classes; the label is the position in this list. */
enum ShapeClass {
  DISC,
  SQUARE,
  TRIANGLE,
  STAR,
  RING,
  CROSS,
  HEART,
  CRESCENT,
  HEXAGON,
  ARROW;

  /** The outline with area 1, its centre of mass at the origin. */
  Shape outline() {
    return unitArea(
        switch (this) {
          case DISC -> disc(1);
          case SQUARE -> new Rectangle2D.Double(-1, -1, 2, 2);
          case TRIANGLE -> polygon(3, 1);
          case STAR -> polygon(5, 0.42);
          case RING -> minus(disc(1), disc(0.58));
          case CROSS -> cross();
          case HEART -> heart();
          case CRESCENT -> minus(disc(1), new Ellipse2D.Double(-0.45, -0.85, 1.7, 1.7));
          case HEXAGON -> polygon(6, 1);
          case ARROW -> arrow();
        });
  }

  String className() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static Shape disc(double radius) {
    return new Ellipse2D.Double(-radius, -radius, 2 * radius, 2 * radius);
  }

  private static Shape minus(Shape from, Shape hole) {
    Area area = new Area(from);
    area.subtract(new Area(hole));
    return area;
  }

  /** Corners on the unit circle; with an inner radius below 1 further corners between them. */
  private static Shape polygon(int corners, double inner) {
    int points = inner < 1 ? 2 * corners : corners;
    double[] xy = new double[2 * points];
    for (int i = 0; i < points; i++) {
      double radius = inner < 1 && i % 2 == 1 ? inner : 1;
      double angle = 2 * Math.PI * i / points - Math.PI / 2;
      xy[2 * i] = radius * Math.cos(angle);
      xy[2 * i + 1] = radius * Math.sin(angle);
    }
    return path(xy);
  }

  private static Shape cross() {
    Area area = new Area(new Rectangle2D.Double(-1, -0.3, 2, 0.6));
    area.add(new Area(new Rectangle2D.Double(-0.3, -1, 0.6, 2)));
    return area;
  }

  private static Shape heart() {
    Path2D path = new Path2D.Double();
    path.moveTo(0, 1);
    path.curveTo(-1.6, -0.1, -0.9, -1.2, 0, -0.5);
    path.curveTo(0.9, -1.2, 1.6, -0.1, 0, 1);
    path.closePath();
    return path;
  }

  private static Shape arrow() {
    return path(-1, -0.22, 0.15, -0.22, 0.15, -0.75, 1, 0, 0.15, 0.75, 0.15, 0.22, -1, 0.22);
  }

  private static Shape path(double... xy) {
    Path2D path = new Path2D.Double();
    path.moveTo(xy[0], xy[1]);
    for (int i = 2; i < xy.length; i += 2) {
      path.lineTo(xy[i], xy[i + 1]);
    }
    path.closePath();
    return path;
  }

  private static Shape unitArea(Shape shape) {
    Moments moments = Moments.of(shape);
    double scale = 1 / Math.sqrt(Math.abs(moments.area()));
    AffineTransform transform = AffineTransform.getScaleInstance(scale, scale);
    transform.translate(-moments.x(), -moments.y());
    return transform.createTransformedShape(shape);
  }
}
