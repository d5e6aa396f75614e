package org.fdistill.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Says in a user's words what keeps a file from being a mask: it must be a PNG of numbers, grey of
 * 8 bits or with a palette, as large as the image.
 */
final class MaskFile {
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int DEPTH_AT = 24;
  private static final int COLOUR_AT = 25;
  private static final int GREY = 0;
  private static final int PALETTE = 3;
  private static final String EXPECTED =
      "expected numbers of classes: a PNG, grey of 8 bits or with a palette";

  private MaskFile() {}

  /**
   * What is wrong with a mask; empty where nothing is.
   *
   * @param name what the message calls it
   * @param mask the file
   * @param image the file that it belongs to, which can be decoded
   */
  static String problem(String name, byte[] mask, byte[] image) throws IOException {
    if (mask.length <= COLOUR_AT || !Arrays.equals(mask, 0, PNG.length, PNG, 0, PNG.length)) {
      return name + " is no PNG; " + EXPECTED;
    }
    int depth = mask[DEPTH_AT];
    int colour = mask[COLOUR_AT];
    if (colour != PALETTE && !(colour == GREY && depth == Byte.SIZE)) {
      return String.format(
          Locale.ROOT, "%s is a PNG of %d bits, %s; %s", name, depth, kind(colour), EXPECTED);
    }
    return sizes(name, size(mask), size(image));
  }

  private static String sizes(String name, ImageSizes.Size mask, ImageSizes.Size image) {
    return mask == null || image == null || mask.equals(image)
        ? mask == null ? name + " cannot be decoded" : ""
        : String.format(
            Locale.ROOT,
            "%s is %d pixels wide and %d high, the image %d and %d",
            name,
            mask.width(),
            mask.height(),
            image.width(),
            image.height());
  }

  private static String kind(int colour) {
    return switch (colour) {
      case 0 -> "grey";
      case 2 -> "in colours (red, green, blue)";
      case 4 -> "grey with alpha";
      default -> "in colours with alpha";
    };
  }

  /** The size that a file states; null where Java knows no such format. */
  private static ImageSizes.Size size(byte[] file) throws IOException {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        return null;
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        return new ImageSizes.Size(reader.getHeight(0), reader.getWidth(0));
      } finally {
        reader.dispose();
      }
    }
  }
}
