package org.fdistill.diagnose;

/**
 * Where a landscape is looked at.
 *
 * @param range the largest distance, to both sides
 * @param points of a curve
 * @param directions how many, with seeds from 0
 * @param images at most; of more, a random sample
 */
public record LandscapeOptions(double range, int points, int directions, long images) {
  /** Distance of a point: evenly spaced, zero in the middle of an odd number. */
  double distance(int point) {
    return points == 1 ? 0 : range * (2.0 * point / (points - 1) - 1);
  }

  /** How many images are looked at in all, of a set. */
  long work(long available) {
    return (1 + (long) directions * points) * Math.min(images, available);
  }
}
