package org.fdistill.cli.predict;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.fdistill.config.UserError;
import org.fdistill.data.DecodedImage;
import org.fdistill.data.Palette;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.WholeFile;
import org.fdistill.graph.LoadedModel;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TUint8;

/**
 * The class maps of a segmenter. Of NAME.jpg two files: {@code NAME.png}, the image, the classes in
 * colours and, where there is a truth, that in colours side by side; {@code NAME.classes.png}, the
 * number of the class of each pixel in grey.
 */
public final class ClassMaps implements Prediction {
  /** The output that makes a model a segmenter. */
  public static final String OUTPUT = "class_map";

  private static final String SIGNATURE = "uint8_images";
  private static final int NONE = 255;

  private final LoadedModel model;
  private final Path out;
  private final Path truth;
  private final boolean zeroIsNoClass;
  private int written;

  /**
   * Of one model.
   *
   * @param out an existing folder
   * @param truth the folder with masks of the images' names; null: none are shown
   * @param zeroIsNoClass how the masks are to be read
   */
  public ClassMaps(LoadedModel model, Path out, Path truth, boolean zeroIsNoClass) {
    this.model = model;
    this.out = out;
    this.truth = truth;
    this.zeroIsNoClass = zeroIsNoClass;
  }

  @Override
  public void add(Path name, DecodedImage image) throws IOException {
    byte[] classes = classes(image);
    byte[] mask = truth == null ? null : mask(truth.resolve(with(name, ".png")), image);
    BufferedImage shown =
        new BufferedImage(
            image.width() * (mask == null ? 2 : 3), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < image.width() * image.height(); i++) {
      int x = i % image.width();
      int y = i / image.width();
      shown.setRGB(x, y, rgb(image.rgb(), i));
      shown.setRGB(image.width() + x, y, Palette.colour(classes[i] & 0xff, NONE));
      if (mask != null) {
        shown.setRGB(2 * image.width() + x, y, Palette.colour(mask[i] & 0xff, NONE));
      }
    }
    write(with(name, ".png"), shown);
    write(with(name, ".classes.png"), grey(image, classes));
    written++;
  }

  /** The class of each pixel. */
  private byte[] classes(DecodedImage image) {
    try (TUint8 pixels =
        TUint8.tensorOf(
            Shape.of(1, image.height(), image.width(), 3), DataBuffers.of(image.rgb()))) {
      return model
          .call(
              SIGNATURE,
              pixels,
              List.of(OUTPUT),
              (name, tensor) -> {
                byte[] values = new byte[image.height() * image.width()];
                ((TUint8) tensor).copyTo(DataBuffers.of(values, false, false));
                return values;
              })
          .get(OUTPUT);
    }
  }

  private byte[] mask(Path file, DecodedImage image) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("its mask " + file + " is not there");
    }
    BufferedImage read = ImageIO.read(new ByteArrayInputStream(Files.readAllBytes(file)));
    if (read == null || read.getRaster().getNumBands() != 1) {
      throw new IOException("its mask " + file + " holds no numbers of classes");
    }
    if (read.getWidth() != image.width() || read.getHeight() != image.height()) {
      throw new IOException(
          "its mask "
              + file
              + " is %d x %d, the image %d x %d"
                  .formatted(read.getWidth(), read.getHeight(), image.width(), image.height()));
    }
    Raster numbers = read.getRaster();
    byte[] mask = new byte[image.width() * image.height()];
    for (int i = 0; i < mask.length; i++) {
      int number = numbers.getSample(i % image.width(), i / image.width(), 0);
      mask[i] = (byte) (zeroIsNoClass && number != NONE ? number - 1 : number);
    }
    return mask;
  }

  private static int rgb(byte[] rgb, int pixel) {
    return (rgb[3 * pixel] & 0xff) << 16
        | (rgb[3 * pixel + 1] & 0xff) << 8
        | (rgb[3 * pixel + 2] & 0xff);
  }

  private static BufferedImage grey(DecodedImage image, byte[] values) {
    BufferedImage grey =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setDataElements(0, 0, image.width(), image.height(), values);
    return grey;
  }

  private void write(Path name, BufferedImage image) {
    Path file = out.resolve(name);
    try {
      Files.createDirectories(file.getParent());
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(image, "png", png);
      WholeFile.write(file, png.toByteArray());
    } catch (IOException e) {
      // That the disk is full is not the image's fault.
      throw new UserError(
          UserError.Kind.RUN, "Cannot write to " + file + ": " + FileTrouble.of(e).sentence(), e);
    }
  }

  private static Path with(Path name, String ending) {
    String file = name.getFileName().toString();
    return name.resolveSibling(file.substring(0, file.lastIndexOf('.')) + ending);
  }

  @Override
  public String finish() {
    return (written == 1 ? "1 class map" : written + " class maps") + " in " + out;
  }
}
