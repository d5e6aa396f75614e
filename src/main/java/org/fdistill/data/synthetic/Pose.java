package org.fdistill.data.synthetic;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Point2D;
import java.util.random.RandomGenerator;

/**
 * How a shape of area 1 lies in the image: turned, stretched, sheared and scaled, then tilted away
 * from the viewer, then moved.
 *
 * @param turn first the linear part, in pixels
 * @param tiltX how fast size falls off to the right, per unit of the shape
 * @param tiltY how fast size falls off downwards
 * @param centre where the shape's centre of mass goes, in pixels
 */
record Pose(AffineTransform turn, double tiltX, double tiltY, Point2D centre) {
  private static final double FLATNESS = 5e-3;

  /** Side of the square with the shape's area, relative to the image's shorter side. */
  private static final double MIN_SIZE = 0.42;

  private static final double MAX_SIZE = 0.6;
  private static final double MAX_TURN = 0.5;
  private static final double MAX_STRETCH = 1.25;
  private static final double MAX_SHEAR = 0.25;
  private static final double MAX_TILT = 0.3;

  /** How far from the middle the centre may lie, relative to the image's sides. */
  private static final double MAX_SHIFT = 0.1;

  static Pose draw(RandomGenerator random, int width, int height) {
    double size = between(random, MIN_SIZE, MAX_SIZE) * Math.min(width, height);
    double stretch = Math.exp(between(random, -1, 1) * Math.log(MAX_STRETCH) / 2);
    AffineTransform turn = AffineTransform.getScaleInstance(size, size);
    turn.rotate(between(random, -MAX_TURN, MAX_TURN));
    turn.shear(between(random, -MAX_SHEAR, MAX_SHEAR), 0);
    turn.scale(stretch, 1 / stretch);
    return new Pose(
        turn,
        between(random, -MAX_TILT, MAX_TILT),
        between(random, -MAX_TILT, MAX_TILT),
        new Point2D.Double(
            width * (0.5 + between(random, -MAX_SHIFT, MAX_SHIFT)),
            height * (0.5 + between(random, -MAX_SHIFT, MAX_SHIFT))));
  }

  static double between(RandomGenerator random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /** The outline as it appears in the image. */
  Shape apply(Shape shape) {
    Path2D path = new Path2D.Double(Path2D.WIND_EVEN_ODD);
    double[] p = new double[6];
    for (PathIterator it = shape.getPathIterator(null, FLATNESS); !it.isDone(); it.next()) {
      int segment = it.currentSegment(p);
      if (segment == PathIterator.SEG_CLOSE) {
        path.closePath();
        continue;
      }
      double depth = 1 + tiltX * p[0] + tiltY * p[1];
      turn.transform(p, 0, p, 0, 1);
      double x = centre.getX() + p[0] / depth;
      double y = centre.getY() + p[1] / depth;
      if (segment == PathIterator.SEG_MOVETO) {
        path.moveTo(x, y);
      } else {
        path.lineTo(x, y);
      }
    }
    return path;
  }
}
