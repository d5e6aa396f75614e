package org.fdistill.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.fdistill.data.Palette;
import org.fdistill.files.WholeFile;

/** Pixels as files that a page can show: not much larger than it shows them. */
final class Picture {
  private static final int LARGEST = 320;

  /** Images this small are shown pixel by pixel; JPEG would blur them. */
  private static final int SMALL = 96;

  private static final float QUALITY = 0.85f;
  private static final int NO_CLASS = 255;

  private Picture() {}

  /**
   * Writes an image.
   *
   * @param rgb height times width times three bytes, row by row
   * @return the file's name
   */
  static String write(Path folder, String name, byte[] rgb, int height, int width)
      throws IOException {
    int step = step(height, width);
    BufferedImage shown =
        image(height, width, step, (y, x) -> mean(rgb, width, y * step, x * step, step));
    boolean small = Math.max(height, width) <= SMALL;
    String file = name + (small ? ".png" : ".jpg");
    WholeFile.write(folder.resolve(file), small ? png(shown) : jpeg(shown));
    return file;
  }

  /**
   * Writes a map of classes in the colours of {@code predict}.
   *
   * @param classes height times width numbers, 255 for none
   * @return the file's name
   */
  static String writeClasses(Path folder, String name, byte[] classes, int height, int width)
      throws IOException {
    int step = step(height, width);
    BufferedImage shown =
        image(
            height,
            width,
            step,
            (y, x) -> Palette.colour(classes[y * step * width + x * step] & 0xff, NO_CLASS));
    WholeFile.write(folder.resolve(name + ".png"), png(shown));
    return name + ".png";
  }

  /** Pixels of the stored image for each that is shown, along a side. */
  private static int step(int height, int width) {
    return (Math.max(height, width) + LARGEST - 1) / LARGEST;
  }

  private interface Colour {
    int at(int y, int x);
  }

  private static BufferedImage image(int height, int width, int step, Colour colour) {
    int rows = Math.max(1, height / step);
    int columns = Math.max(1, width / step);
    BufferedImage image = new BufferedImage(columns, rows, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        image.setRGB(x, y, colour.at(y, x));
      }
    }
    return image;
  }

  /** The mean colour of a square of pixels. */
  private static int mean(byte[] rgb, int width, int top, int left, int step) {
    int colour = 0;
    for (int channel = 0; channel < 3; channel++) {
      int sum = 0;
      for (int i = 0; i < step * step; i++) {
        int pixel = (top + i / step) * width + left + i % step;
        sum += rgb[3 * pixel + channel] & 0xff;
      }
      colour = colour << 8 | (sum / (step * step));
    }
    return colour;
  }

  static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  private static byte[] jpeg(BufferedImage image) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam quality = writer.getDefaultWriteParam();
      quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      quality.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), quality);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
