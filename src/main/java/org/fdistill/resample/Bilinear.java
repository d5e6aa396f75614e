package org.fdistill.resample;

/**
 * Bilinear interpolation as PyTorch's {@code interpolate} has it, without antialiasing.
 *
 * @param corners whether the outermost positions of both grids are the same ({@code
 *     align_corners=True}); else both grids cover the same image, and the edge is repeated
 */
public record Bilinear(boolean corners) implements Resampling {
  /** C-RADIO's; its name is {@code bilinear}. */
  public static final Bilinear CENTRES = new Bilinear(false);

  /** What the first of C-RADIOv3 were used with; its name is {@code bilinear-corners}. */
  public static final Bilinear CORNERS = new Bilinear(true);

  @Override
  public String toString() {
    return corners ? "bilinear-corners" : "bilinear";
  }

  @Override
  public double[][] weights(int from, int to) {
    double[][] weights = new double[to][from];
    for (int t = 0; t < to; t++) {
      double place = Math.min(Math.max(0, place(t, from, to)), from - 1);
      int left = (int) place;
      int right = Math.min(left + 1, from - 1);
      weights[t][left] += 1 - (place - left);
      weights[t][right] += place - left;
    }
    return weights;
  }

  private double place(int t, int from, int to) {
    if (corners) {
      return to == 1 ? 0 : t * (from - 1.0) / (to - 1);
    }
    return (t + 0.5) * from / to - 0.5;
  }
}
