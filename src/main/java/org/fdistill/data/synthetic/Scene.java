package org.fdistill.data.synthetic;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
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

  /**
   * How much brighter the shape's first colour is than the background's. Colours tell nothing of
   * the class, but a small network learns to tell shape from ground within minutes.
   */
  private static final double MIN_CONTRAST = 90;

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
    Color[] colours = colours(random);
    BufferedImage image = textured(Texture.draw(random, side, colours[0]), width, height);
    Graphics2D graphics = smooth(image);
    Clutter.draw(random, graphics, width, height);
    graphics.dispose();
    Shape outline = Pose.draw(random, width, height).apply(shape.outline());
    BufferedImage coverage = coverage(outline, width, height);
    paint(image, coverage, Texture.draw(random, side, colours[1]));
    light(random, image);
    return new Scene(image, mask(coverage, maskValue));
  }

  private static Color colour(RandomGenerator random) {
    return new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256));
  }

  /** A background and a brighter shape: [0] and [1]. */
  private static Color[] colours(RandomGenerator random) {
    while (true) {
      Color back = colour(random);
      Color front = colour(random);
      if (brightness(front) - brightness(back) >= MIN_CONTRAST) {
        return new Color[] {back, front};
      }
    }
  }

  /** Rec. 601's luma, 0 to 255. */
  private static double brightness(Color colour) {
    return 0.299 * colour.getRed() + 0.587 * colour.getGreen() + 0.114 * colour.getBlue();
  }

  private static BufferedImage textured(Texture texture, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] pixels = pixels(image);
    float[] rgb = new float[3];
    for (int i = 0; i < pixels.length; i++) {
      int y = i / width;
      texture.colour(i - y * width, y, rgb);
      pixels[i] = pack(rgb[0], rgb[1], rgb[2]);
    }
    return image;
  }

  /** The pixels themselves, row by row, as 0xRRGGBB. */
  private static int[] pixels(BufferedImage image) {
    return ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
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
    int[] pixels = pixels(image);
    int[] covered = pixels(coverage);
    float[] rgb = new float[3];
    for (int i = 0; i < pixels.length; i++) {
      float share = (covered[i] & 255) / 255f;
      if (share > 0) {
        int y = i / image.getWidth();
        texture.colour(i - y * image.getWidth(), y, rgb);
        pixels[i] =
            pack(
                mix(pixels[i] >> 16 & 255, rgb[0], share),
                mix(pixels[i] >> 8 & 255, rgb[1], share),
                mix(pixels[i] & 255, rgb[2], share));
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
    int[] pixels = pixels(image);
    for (int i = 0; i < pixels.length; i++) {
      int row = i / image.getWidth();
      double y = row - image.getHeight() / 2.0;
      double x = i - row * image.getWidth() - image.getWidth() / 2.0;
      double ramp = middle + slope * (x * dx + y * dy);
      double gain = Math.max(MIN_LIGHT, Math.min(MAX_LIGHT, ramp));
      int rgb = pixels[i];
      pixels[i] =
          pack(
              gain * (rgb >> 16 & 255) + noise * bell(random),
              gain * (rgb >> 8 & 255) + noise * bell(random),
              gain * (rgb & 255) + noise * bell(random));
    }
  }

  /** Nearly normal, mean 0 and deviation 1: the sum of four uniform numbers of 16 bits each. */
  private static double bell(RandomGenerator random) {
    long bits = random.nextLong();
    long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
    return Math.sqrt(3) * (sum / 65535.0 - 2);
  }

  private static BufferedImage mask(BufferedImage coverage, int value) {
    int width = coverage.getWidth();
    int height = coverage.getHeight();
    BufferedImage mask = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    // The raster directly: setRGB would convert between colour spaces.
    byte[] out = ((DataBufferByte) mask.getRaster().getDataBuffer()).getData();
    int[] covered = pixels(coverage);
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) ((covered[i] & 255) >= 128 ? value : 0);
    }
    return mask;
  }

  private static int pack(double red, double green, double blue) {
    return Texture.clip(red) << 16 | Texture.clip(green) << 8 | Texture.clip(blue);
  }
}
