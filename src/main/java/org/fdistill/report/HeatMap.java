package org.fdistill.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;

/** A matrix as a picture, a pixel a number, from dark (0) to light (the largest of a scale). */
final class HeatMap {
  private static final int[][] STOPS = {
    {13, 20, 38}, {24, 66, 118}, {34, 128, 148}, {106, 190, 120}, {250, 232, 110}
  };

  private HeatMap() {}

  /**
   * An image for a page.
   *
   * @param values rows of one length
   * @param largest the value of the lightest colour, above 0
   * @param alt what it shows, in words
   */
  static Html image(double[][] values, double largest, String alt) {
    BufferedImage image =
        new BufferedImage(values[0].length, values.length, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < values.length; y++) {
      for (int x = 0; x < values[y].length; x++) {
        image.setRGB(x, y, colour(values[y][x] / largest));
      }
    }
    try {
      String data = Base64.getEncoder().encodeToString(Picture.png(image));
      return Html.single(
          "img", Map.of("src", "data:image/png;base64," + data, "alt", alt, "class", "small"));
    } catch (IOException e) {
      throw new UncheckedIOException("an image in memory cannot be written", e);
    }
  }

  /**
   * The colour of a share.
   *
   * @param share 0 to 1; what is beyond, or no number, takes the nearest end
   */
  static int colour(double share) {
    double place = Math.max(0, Math.min(1, share)) * (STOPS.length - 1);
    int lower = Double.isNaN(place) ? 0 : Math.min((int) place, STOPS.length - 2);
    double rest = Double.isNaN(place) ? 0 : place - lower;
    int colour = 0;
    for (int channel = 0; channel < 3; channel++) {
      double value = STOPS[lower][channel] * (1 - rest) + STOPS[lower + 1][channel] * rest;
      colour = colour << 8 | (int) Math.round(value);
    }
    return colour;
  }
}
