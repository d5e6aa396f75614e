package org.fdistill.cli;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** A small data set in ADE20K's layout: the left of each image is red, the right blue. */
final class MaskedData {
  private final Path root;
  private final String split;

  MaskedData(Path root, String split) {
    this.root = root;
    this.split = split;
  }

  /** Adds images with masks; the first column of each has no class, 0. */
  MaskedData pairs(int count, int width, int height) {
    for (int i = 0; i < count; i++) {
      int red = width / 2 + (i % 3) - 1;
      image("image-%02d".formatted(i), width, height, red);
      write(mask("image-%02d".formatted(i)), grey(width, height, red));
    }
    return this;
  }

  Path image(String name) {
    return root.resolve("images").resolve(split).resolve(name + ".png");
  }

  Path mask(String name) {
    return root.resolve("annotations").resolve(split).resolve(name + ".png");
  }

  /** Adds an image alone. */
  void image(String name, int width, int height, int red) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, (i % width < red ? Color.RED : Color.BLUE).getRGB());
    }
    write(image(name), image);
  }

  /** A mask of 0, then 1, then 2. */
  static BufferedImage grey(int width, int height, int red) {
    BufferedImage mask = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < width * height; i++) {
      int number = i % width == 0 ? 0 : i % width < red ? 1 : 2;
      mask.getRaster().setSample(i % width, i / width, 0, number);
    }
    return mask;
  }

  static void write(Path file, BufferedImage image) {
    try {
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
