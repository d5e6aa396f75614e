package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.fdistill.config.UserError;
import org.fdistill.data.tfrecord.TfRecordShards;
import org.fdistill.files.FileTrouble;

/** Packs a folder of images into TFRecord shards. */
public final class ImageFolderConversion {
  /** Images that are in memory at a time: some for each core, so that progress is seen soon. */
  private static final int CHUNK = 16 * Runtime.getRuntime().availableProcessors();

  private final Path root;
  private final ImageFolder folder;
  private final long[] labels;
  private final List<String> bad = new ArrayList<>();
  private long written;

  private ImageFolderConversion(Path root) {
    this.root = root;
    this.folder = ImageFolder.scan(root);
    this.labels = folder.labels();
  }

  /**
   * What was written.
   *
   * @param files the shards
   * @param examples how many examples they hold
   * @param bad images that were left out, each with its reason
   * @param leftOut how many files of which kinds are no images, in words; empty where all are
   */
  public record Summary(List<Path> files, long examples, List<String> bad, String leftOut) {}

  /**
   * Writes {@code SPLIT-00000-of-0000N.tfrecord} and, where the folder has classes, {@code
   * classes.txt}. Files that cannot be decoded are left out. Nothing appears under its final name
   * before all is written.
   *
   * @param from a folder of class folders, or a flat folder of images
   * @param to the folder to write to
   * @param split start of the file names, such as train
   * @param shards how many files
   * @param progress is told how many images are done; what it throws ends the work, without a trace
   * @throws UserError where the folder has no readable image, or the shards cannot be written
   */
  public static Summary convert(
      Path from, Path to, String split, int shards, LongConsumer progress) {
    if (shards < 1) {
      throw UserError.usage("shards is " + shards + ", expected at least 1.");
    }
    return new ImageFolderConversion(from).write(to, split, shards, progress);
  }

  private Summary write(Path to, String split, int shards, LongConsumer progress) {
    try (ImageSizes sizes = new ImageSizes();
        TfRecordShards out = new TfRecordShards(to, split, shards)) {
      if (!folder.classNames().isEmpty()) {
        ClassNames.write(out.folder(), folder.classNames());
      }
      for (int start = 0; start < folder.files().size(); start += CHUNK) {
        int end = Math.min(start + CHUNK, folder.files().size());
        List<Converted> chunk =
            IntStream.range(start, end).parallel().mapToObj(i -> convert(sizes, i)).toList();
        for (Converted converted : chunk) {
          append(out, converted, shards);
        }
        progress.accept(end);
      }
      if (written == 0) {
        throw UserError.input("No image in " + root + " can be read. The first: " + bad.get(0));
      }
      out.commit();
      return new Summary(out.files(), written, List.copyOf(bad), folder.leftOut());
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN,
          "Cannot write to %s: %s".formatted(to, FileTrouble.of(e).sentence()),
          e);
    }
  }

  /** A record, or why there is none. */
  private record Converted(ImageRecord record, String problem) {}

  private Converted convert(ImageSizes sizes, int i) {
    Path file = folder.files().get(i);
    try {
      byte[] image = Files.readAllBytes(file);
      ImageSizes.Size size = sizes.of(image);
      ImageRecord record =
          new ImageRecord(image, root.relativize(file).toString(), size.height(), size.width());
      if (labels[i] >= 0) {
        record.label(labels[i], folder.classNames().get((int) labels[i]));
      }
      return new Converted(record, "");
    } catch (IOException e) {
      return new Converted(null, file + ": " + UnreadableReason.of(e));
    }
  }

  private void append(TfRecordShards out, Converted converted, int shards) throws IOException {
    if (converted.problem().isEmpty()) {
      out.write((int) (written++ % shards), converted.record().toByteArray());
    } else {
      bad.add(converted.problem());
    }
  }
}
