package org.fdistill.data;

import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.fdistill.data.tfrecord.TfRecordShards;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.Int64List;

/** Makes images, folders and records for tests. */
public final class Examples {
  private Examples() {}

  /** A smooth image that depends on a number, in a format of ImageIO. */
  public static byte[] image(int number, int width, int height, String format) {
    Random random = new Random(number);
    int[] phase = random.ints(3, 0, 256).toArray();
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int r = (phase[0] + 2 * x) & 255;
        int g = (phase[1] + 3 * y) & 255;
        int b = (phase[2] + x + y) & 255;
        image.setRGB(x, y, r << 16 | g << 8 | b);
      }
    }
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, format, out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A JPEG of 40 by 30 pixels. */
  public static byte[] jpeg(int number) {
    return image(number, 40, 30, "jpg");
  }

  /** A flat folder of JPEGs 000.jpg, 001.jpg, ... */
  public static Path flatFolder(Path folder, int count) throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < count; i++) {
      Files.write(folder.resolve("%03d.jpg".formatted(i)), jpeg(i));
    }
    return folder;
  }

  /** Records with labels 0, 1, 2, ..., dealt out over shards. */
  public static Path records(Path folder, int count, int shards) throws IOException {
    try (TfRecordShards out = new TfRecordShards(folder, "train", shards)) {
      for (int i = 0; i < count; i++) {
        out.write(i % shards, example("image/encoded", jpeg(i), "image/class/label", i));
      }
      out.commit();
    }
    return folder;
  }

  /** A serialised example; no label where its name is null. */
  public static byte[] example(String imageName, byte[] image, String labelName, long label) {
    Features.Builder features =
        Features.newBuilder()
            .putFeature(
                imageName,
                Feature.newBuilder()
                    .setBytesList(BytesList.newBuilder().addValue(ByteString.copyFrom(image)))
                    .build());
    if (labelName != null) {
      features.putFeature(
          labelName,
          Feature.newBuilder().setInt64List(Int64List.newBuilder().addValue(label)).build());
    }
    return Example.newBuilder().setFeatures(features).build().toByteArray();
  }
}
