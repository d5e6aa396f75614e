package org.fdistill.data;

import java.awt.Color;

/**
 * A colour for each class: hues that go round by the golden angle, which leaves any number of first
 * ones far apart, in four kinds of saturation and brightness. No class is black.
 */
public final class Palette {
  private static final double GOLDEN = 0.61803398875;
  private static final float[][] KINDS = {{0.85f, 0.95f}, {0.55f, 0.85f}, {0.9f, 0.6f}, {0.4f, 1f}};

  private Palette() {}

  /**
   * The colour of a class.
   *
   * @param number from 0; {@code none} is black
   * @return red, green and blue in the lower 24 bits
   */
  public static int colour(int number, int none) {
    if (number == none) {
      return 0;
    }
    float[] kind = KINDS[number % KINDS.length];
    return Color.HSBtoRGB((float) (number * GOLDEN % 1), kind[0], kind[1]) & 0xffffff;
  }
}
