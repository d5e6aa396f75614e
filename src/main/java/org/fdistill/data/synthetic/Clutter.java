package org.fdistill.data.synthetic;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.util.random.RandomGenerator;

/** Things in the background that are none of the classes: lines, curves and lumps. */
final class Clutter {
  private static final int MIN_ITEMS = 2;
  private static final int MAX_ITEMS = 5;
  private static final int LUMP_CORNERS = 7;

  private Clutter() {}

  static void draw(RandomGenerator random, Graphics2D graphics, int width, int height) {
    double side = Math.min(width, height);
    for (int i = random.nextInt(MIN_ITEMS, MAX_ITEMS + 1); i > 0; i--) {
      graphics.setColor(colour(random));
      double x = random.nextDouble() * width;
      double y = random.nextDouble() * height;
      if (random.nextBoolean()) {
        graphics.setStroke(new BasicStroke((float) (side * Pose.between(random, 0.01, 0.045))));
        graphics.draw(curve(random, x, y, side));
      } else {
        graphics.fill(lump(random, x, y, side * Pose.between(random, 0.04, 0.1)));
      }
    }
  }

  private static Color colour(RandomGenerator random) {
    return new Color(
        random.nextInt(256), random.nextInt(256), random.nextInt(256), random.nextInt(120, 256));
  }

  private static Path2D curve(RandomGenerator random, double x, double y, double side) {
    double angle = Pose.between(random, 0, 2 * Math.PI);
    double length = side * Pose.between(random, 0.2, 0.9);
    double bend = Pose.between(random, -0.8, 0.8);
    Path2D path = new Path2D.Double();
    path.moveTo(x, y);
    path.quadTo(
        x + 0.5 * length * Math.cos(angle + bend),
        y + 0.5 * length * Math.sin(angle + bend),
        x + length * Math.cos(angle),
        y + length * Math.sin(angle));
    return path;
  }

  private static Path2D lump(RandomGenerator random, double x, double y, double radius) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < LUMP_CORNERS; i++) {
      double angle = 2 * Math.PI * i / LUMP_CORNERS;
      double r = radius * Pose.between(random, 0.5, 1.5);
      if (i == 0) {
        path.moveTo(x + r, y);
      } else {
        path.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
      }
    }
    path.closePath();
    return path;
  }
}
