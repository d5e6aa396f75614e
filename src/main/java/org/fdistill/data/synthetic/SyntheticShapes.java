package org.fdistill.data.synthetic;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.fdistill.config.UserError;
import org.fdistill.data.ClassNames;
import org.fdistill.data.ImageRecord;
import org.fdistill.data.tfrecord.StagedFolder;
import org.fdistill.data.tfrecord.TfRecordShards;
import org.fdistill.files.FileTrouble;

/**
 * Writes the synthetic data set: pictures of ten shapes, with labels and masks, as TFRecord files.
 */
public final class SyntheticShapes {
  private static final float JPEG_QUALITY = 0.9f;
  private static final int EXAMPLES_PER_SHARD = 2000;

  /** Examples that are in memory at a time: some for each core, so that progress is seen soon. */
  private static final int CHUNK = 16 * Runtime.getRuntime().availableProcessors();

  private final int side;
  private final long seed;
  private final LongConsumer progress;
  private long done;

  private SyntheticShapes(int side, long seed, LongConsumer progress) {
    this.side = side;
    this.seed = seed;
    this.progress = progress;
  }

  /** The ten classes, by label. */
  public static List<String> classNames() {
    return Arrays.stream(ShapeClass.values()).map(ShapeClass::className).toList();
  }

  /**
   * Writes {@code train-*.tfrecord}, {@code validation-*.tfrecord} and {@code classes.txt}, on all
   * cores. The same arguments give the same bytes. Nothing appears under its final name before all
   * is written.
   *
   * @param directory made where it does not exist
   * @param train number of training examples
   * @param validation number of validation examples
   * @param side the shorter side of the images, in pixels; the other is up to 1.3 times as long
   * @param seed of every draw
   * @param progress is told how many images are done; what it throws ends the work, without a trace
   * @throws UserError where the directory holds such files already or cannot be written
   */
  public static void write(
      Path directory, int train, int validation, int side, long seed, LongConsumer progress) {
    System.setProperty("java.awt.headless", "true");
    try (StagedFolder folder = StagedFolder.open(directory);
        TfRecordShards first = shards(folder, "train", train);
        TfRecordShards second = shards(folder, "validation", validation)) {
      ClassNames.write(folder, classNames());
      SyntheticShapes shapes = new SyntheticShapes(side, seed, progress);
      shapes.fill(first, 0, train);
      shapes.fill(second, train, validation);
      first.finish();
      second.finish();
      folder.commit();
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN,
          "Cannot write to %s: %s".formatted(directory, FileTrouble.of(e).sentence()),
          e);
    }
  }

  private static TfRecordShards shards(StagedFolder folder, String split, int examples)
      throws IOException {
    int shards = Math.max(0, examples - 1) / EXAMPLES_PER_SHARD + 1;
    return new TfRecordShards(folder, split, shards);
  }

  private void fill(TfRecordShards out, int from, int count) throws IOException {
    for (int start = 0; start < count; start += CHUNK) {
      int end = Math.min(start + CHUNK, count);
      List<ImageRecord> records =
          IntStream.range(from + start, from + end).parallel().mapToObj(this::example).toList();
      for (int i = 0; i < records.size(); i++) {
        // Whole rounds of all classes go to one shard, so that each shard holds every class.
        int round = (start + i) / ShapeClass.values().length;
        out.write(round % out.files().size(), records.get(i).toByteArray());
      }
      done += records.size();
      progress.accept(done);
    }
  }

  private ImageRecord example(int number) {
    ShapeClass[] classes = ShapeClass.values();
    int label = number % classes.length;
    Scene scene = Scene.draw(random(seed, number), classes[label], label + 1, side);
    try {
      return new ImageRecord(
              jpeg(scene.image()),
              "%s-%06d.jpg".formatted(classes[label].className(), number),
              scene.image().getHeight(),
              scene.image().getWidth())
          .label(label, classes[label].className())
          .mask(png(scene.mask()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The random numbers of one example. A SplittableRandom's seed moves on by a constant with each
   * draw, so seeds must lie apart in a way that has nothing to do with it: they come from another
   * generator's output.
   */
  static RandomGenerator random(long seed, int number) {
    SplittableRandom ofSet = new SplittableRandom(seed);
    SplittableRandom ofNumber = new SplittableRandom(ofSet.nextLong() ^ number);
    return new SplittableRandom(ofNumber.nextLong());
  }

  private static byte[] jpeg(BufferedImage image) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    parameters.setCompressionQuality(JPEG_QUALITY);
    return encode(writer, parameters, image);
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    return encode(writer, writer.getDefaultWriteParam(), image);
  }

  private static byte[] encode(ImageWriter writer, ImageWriteParam parameters, BufferedImage image)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
