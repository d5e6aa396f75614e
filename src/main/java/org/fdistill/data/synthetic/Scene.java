package org.fdistill.data.synthetic;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/**
 * One picture of a shape.
 *
 * @param image RGB
 * @param mask grey: the mask's value on the shape, 0 elsewhere
 */
record Scene(BufferedImage image, BufferedImage mask) {
  /** Longer side over shorter side, at most. */
  private static final double MAX_ASPECT = 1.3;

  /** Least distance in RGB between the shape's and the background's first colour. */
  private static final double MIN_CONTRAST = 120;

  private static final double MIN_LIGHT = 0.6;
  private static final double MAX_LIGHT = 1.15;
  private static final double MIN_NOISE = 2;
  private static final double MAX_NOISE = 9;

  /**
   * Draws a scene.
   *
   * @param maskValue of the pixels on the shape, 1 to 255
   * @param side the shorter side in pixels
   */
  static Scene draw(RandomGenerator random, ShapeClass shape, int maskValue, int side) {
    int longer = (int) Math.rint(side * Pose.between(random, 1, MAX_ASPECT));
    boolean wide = random.nextBoolean();
    int width = wide ? longer : side;
    int height = wide ? side : longer;
    Color back = colour(random);
    Color front = contrasting(random, back);
    BufferedImage image = textured(Texture.draw(random, side, back), width, height);
    Graphics2D graphics = smooth(image);
    Clutter.draw(random, graphics, width, height);
    graphics.dispose();
    Shape outline = Pose.draw(random, width, height).apply(shape.outline());
    BufferedImage coverage = coverage(outline, width, height);
    paint(image, coverage, Texture.draw(random, side, front));
    light(random, image);
    return new Scene(image, mask(coverage, maskValue));
  }

  private static Color colour(RandomGenerator random) {
    return new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256));
  }

  private static Color contrasting(RandomGenerator random, Color other) {
    while (true) {
      Color colour = colour(random);
      int red = colour.getRed() - other.getRed();
      int green = colour.getGreen() - other.getGreen();
      int blue = colour.getBlue() - other.getBlue();
      if (Math.sqrt(red * red + green * green + blue * blue) >= MIN_CONTRAST) {
        return colour;
      }
    }
  }

  private static BufferedImage textured(Texture texture, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    float[] rgb = new float[3];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        texture.colour(x, y, rgb);
        image.setRGB(x, y, pack(rgb[0], rgb[1], rgb[2]));
      }
    }
    return image;
  }

  private static Graphics2D smooth(BufferedImage image) {
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    return graphics;
  }

  /** How much of each pixel the outline covers, 0 to 255 in every channel. */
  private static BufferedImage coverage(Shape outline, int width, int height) {
    BufferedImage coverage = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = smooth(coverage);
    graphics.setColor(Color.WHITE);
    graphics.fill(outline);
    graphics.dispose();
    return coverage;
  }

  private static void paint(BufferedImage image, BufferedImage coverage, Texture texture) {
    float[] rgb = new float[3];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        float share = (coverage.getRGB(x, y) & 255) / 255f;
        if (share > 0) {
          texture.colour(x, y, rgb);
          int under = image.getRGB(x, y);
          image.setRGB(
              x,
              y,
              pack(
                  mix(under >> 16 & 255, rgb[0], share),
                  mix(under >> 8 & 255, rgb[1], share),
                  mix(under & 255, rgb[2], share)));
        }
      }
    }
  }

  private static double mix(double under, double over, double share) {
    return under + share * (over - under);
  }

  /** A linear ramp of light over the image, and noise of each pixel. */
  private static void light(RandomGenerator random, BufferedImage image) {
    double angle = Pose.between(random, 0, 2 * Math.PI);
    double dx = Math.cos(angle) / image.getWidth();
    double dy = Math.sin(angle) / image.getHeight();
    double middle = Pose.between(random, MIN_LIGHT, MAX_LIGHT);
    double slope = Pose.between(random, 0, MAX_LIGHT - MIN_LIGHT);
    double noise = Pose.between(random, MIN_NOISE, MAX_NOISE);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        double ramp = (x - image.getWidth() / 2.0) * dx + (y - image.getHeight() / 2.0) * dy;
        double gain = Math.max(MIN_LIGHT, Math.min(MAX_LIGHT, middle + slope * ramp));
        int rgb = image.getRGB(x, y);
        image.setRGB(
            x,
            y,
            pack(
                gain * (rgb >> 16 & 255) + noise * random.nextGaussian(),
                gain * (rgb >> 8 & 255) + noise * random.nextGaussian(),
                gain * (rgb & 255) + noise * random.nextGaussian()));
      }
    }
  }

  private static BufferedImage mask(BufferedImage coverage, int value) {
    int width = coverage.getWidth();
    int height = coverage.getHeight();
    BufferedImage mask = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        // The raster directly: setRGB would convert between colour spaces.
        boolean covered = (coverage.getRGB(x, y) & 255) >= 128;
        mask.getRaster().setSample(x, y, 0, covered ? value : 0);
      }
    }
    return mask;
  }

  private static int pack(double red, double green, double blue) {
    return Texture.clip(red) << 16 | Texture.clip(green) << 8 | Texture.clip(blue);
  }
}
