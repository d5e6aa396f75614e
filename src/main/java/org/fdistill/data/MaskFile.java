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
 * What a file must be to serve as a mask: a PNG of one channel of 8 bits, as large as the image.
 * TensorFlow would make colours of a palette and cut 16 bits without a word, so the header is looked
 * at here, and by {@link MaskPixels} in the graph.
 */
final class MaskFile {
  /** Where depth and kind of colour stand in a PNG, which starts with its header. */
  static final int DEPTH_AND_COLOUR_AT = 24;

  /** 8 bits, grey. */
  static final byte[] GREY_BYTES = {8, 0};

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final String EXPECTED = "expected an 8-bit grey PNG whose values are classes";

  private MaskFile() {}

  /**
   * What is wrong with a mask; empty where nothing is.
   *
   * @param name what the message calls it
   * @param mask the file
   * @param image the file that it belongs to, which can be decoded
   */
  static String problem(String name, byte[] mask, byte[] image) throws IOException {
    if (mask.length < DEPTH_AND_COLOUR_AT + 2 || !Arrays.equals(mask, 0, PNG.length, PNG, 0, PNG.length)) {
      return name + " is no PNG; " + EXPECTED;
    }
    int depth = mask[DEPTH_AND_COLOUR_AT];
    int colour = mask[DEPTH_AND_COLOUR_AT + 1];
    if (depth != GREY_BYTES[0] || colour != GREY_BYTES[1]) {
      return String.format(
          Locale.ROOT, "%s is a PNG of %d bits %s; %s", name, depth, kind(colour), EXPECTED);
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
      case 2 -> "with colours (red, green, blue)";
      case 3 -> "with a palette of colours";
      case 4 -> "grey with alpha";
      default -> "with colours and alpha";
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
