package org.fdistill.data.synthetic;

import java.awt.Color;
import java.util.random.RandomGenerator;

/** A pattern of two colours over the plane. */
final class Texture {
  private enum Kind {
    PLAIN,
    STRIPES,
    CHECKS,
    DOTS,
    CLOUDS
  }

  /** How much brighter or darker, per channel, the second colour is at most. */
  private static final int MAX_STEP = 40;

  private final Kind kind;
  private final double cos;
  private final double sin;
  private final double phase;
  private final int[] first;
  private final int[] second;
  private final int salt;

  private Texture(RandomGenerator random, double side, Color colour) {
    kind = Kind.values()[random.nextInt(Kind.values().length)];
    double period = side * Pose.between(random, 0.07, 0.22);
    double angle = Pose.between(random, 0, Math.PI);
    cos = Math.cos(angle) / period;
    sin = Math.sin(angle) / period;
    phase = random.nextDouble();
    salt = random.nextInt();
    first = new int[] {colour.getRed(), colour.getGreen(), colour.getBlue()};
    second = first.clone();
    for (int c = 0; c < 3; c++) {
      second[c] = clip(first[c] + random.nextInt(-MAX_STEP, MAX_STEP + 1));
    }
  }

  /**
   * Draws a texture.
   *
   * @param side of the image, which the pattern's size follows
   */
  static Texture draw(RandomGenerator random, double side, Color colour) {
    return new Texture(random, side, colour);
  }

  /** The colour at a pixel, 0 to 255 per channel. */
  void colour(double x, double y, float[] rgb) {
    double share = share(x * cos + y * sin + phase, y * cos - x * sin + phase);
    for (int c = 0; c < 3; c++) {
      rgb[c] = (float) (first[c] + share * (second[c] - first[c]));
    }
  }

  /** Share of the second colour at a point, in periods of the pattern. */
  private double share(double u, double v) {
    return switch (kind) {
      case PLAIN -> 0;
      case STRIPES -> edge(Math.sin(2 * Math.PI * u));
      case CHECKS -> edge(Math.sin(Math.PI * u) * Math.sin(Math.PI * v));
      case DOTS -> edge(0.35 - Math.hypot(u - Math.rint(u), v - Math.rint(v)));
      case CLOUDS -> 0.65 * noise(u, v) + 0.35 * noise(2.1 * u, 2.1 * v);
    };
  }

  /** A soft step from 0 to 1 at 0. */
  private static double edge(double value) {
    return Math.min(1, Math.max(0, 0.5 + 3 * value));
  }

  /** Value noise: random numbers on the integer grid, smoothly interpolated. */
  private double noise(double u, double v) {
    int i = (int) Math.floor(u);
    int j = (int) Math.floor(v);
    double a = smooth(u - i);
    double b = smooth(v - j);
    double upper = grid(i, j) + a * (grid(i + 1, j) - grid(i, j));
    double lower = grid(i, j + 1) + a * (grid(i + 1, j + 1) - grid(i, j + 1));
    return upper + b * (lower - upper);
  }

  private static double smooth(double t) {
    return t * t * (3 - 2 * t);
  }

  private double grid(int i, int j) {
    int h = salt + i * 0x27d4eb2d + j * 0x165667b1;
    h = (h ^ (h >>> 15)) * 0x2c1b3c6d;
    h = (h ^ (h >>> 12)) * 0x297a2d39;
    return ((h ^ (h >>> 15)) >>> 8) / (double) (1 << 24);
  }

  static int clip(double value) {
    return (int) Math.max(0, Math.min(255, Math.rint(value)));
  }
}
