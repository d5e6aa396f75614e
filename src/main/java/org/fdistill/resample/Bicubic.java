package org.fdistill.resample;

/**
 * Bicubic interpolation as PyTorch's {@code interpolate} has it, with centres of pixels as
 * coordinates ({@code align_corners=False}).
 *
 * @param antialias whether the kernel widens where the grid shrinks, as PIL's does. PyTorch's
 *     kernel then is the one of Keys, a = -0.5, and stops at the edge; without, a = -0.75 and the
 *     edge is repeated
 * @param offset added to the wanted side for the coordinates alone; DINOv2 without registers takes
 *     0.1
 */
public record Bicubic(boolean antialias, double offset) implements Resampling {
  /** The usual one, of BEiT, DeiT, MAE and transformers; its name is {@code bicubic}. */
  public static final Bicubic PLAIN = new Bicubic(false, 0);

  /** What DINOv2's own code does without registers; its name is {@code bicubic-offset}. */
  public static final Bicubic DINO_V2 = new Bicubic(false, 0.1);

  /** What timm does, and DINOv2 with registers; its name is {@code bicubic-antialias}. */
  public static final Bicubic ANTIALIASED = new Bicubic(true, 0);

  private static final double PLAIN_SHARPNESS = -0.75;
  private static final double KEYS_SHARPNESS = -0.5;

  /** How far the kernel reaches. */
  private static final int REACH = 2;

  @Override
  public String toString() {
    return "bicubic" + (offset == 0 ? "" : "-offset") + (antialias ? "-antialias" : "");
  }

  @Override
  public double[][] weights(int from, int to) {
    double scale = from / (to + offset);
    double[][] weights = new double[to][from];
    for (int t = 0; t < to; t++) {
      double centre = scale * (t + 0.5);
      if (antialias) {
        widened(weights[t], centre, Math.max(1, scale));
      } else {
        repeatingTheEdge(weights[t], centre - 0.5);
      }
    }
    return weights;
  }

  private static void repeatingTheEdge(double[] weights, double place) {
    int left = (int) Math.floor(place);
    for (int i = left - REACH + 1; i <= left + REACH; i++) {
      int inside = Math.max(0, Math.min(weights.length - 1, i));
      weights[inside] += kernel(PLAIN_SHARPNESS, place - i);
    }
  }

  private static void widened(double[] weights, double centre, double width) {
    int first = Math.max(0, (int) (centre - REACH * width + 0.5));
    int end = Math.min(weights.length, (int) (centre + REACH * width + 0.5));
    double sum = 0;
    for (int i = first; i < end; i++) {
      weights[i] = kernel(KEYS_SHARPNESS, (i - centre + 0.5) / width);
      sum += weights[i];
    }
    for (int i = first; i < end; i++) {
      weights[i] /= sum;
    }
  }

  /** The cubic convolution kernel of Keys with the slope a at distance 1. */
  private static double kernel(double a, double distance) {
    double d = Math.abs(distance);
    if (d < 1) {
      return ((a + 2) * d - (a + 3)) * d * d + 1;
    }
    return d < REACH ? a * (((d - 5) * d + 8) * d - 4) : 0;
  }
}
