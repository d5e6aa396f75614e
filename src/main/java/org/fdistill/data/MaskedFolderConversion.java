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

/** Packs images and masks in ADE20K's layout into TFRecord shards. */
public final class MaskedFolderConversion {
  /** Pairs that are in memory at a time. */
  private static final int CHUNK = 16 * Runtime.getRuntime().availableProcessors();

  private final Path root;
  private final MaskedFolder folder;
  private final List<String> bad = new ArrayList<>();
  private long written;

  private MaskedFolderConversion(Path root, String split) {
    this.root = root;
    this.folder = MaskedFolder.scan(root, split);
  }

  /**
   * Writes {@code SPLIT-00000-of-0000N.tfrecord} and, where the folder names its classes, {@code
   * classes.txt}. Pairs of which one cannot be decoded, or that do not fit each other, are left
   * out. Nothing appears under its final name before all is written.
   *
   * @param from the folder that holds images and annotations
   * @param to the folder to write to
   * @param split a folder in both, and the start of the file names
   * @param shards how many files
   * @param progress is told how many pairs are done; what it throws ends the work, without a trace
   * @throws UserError where a mask is missing, no pair can be read, or the shards cannot be written
   */
  public static ImageFolderConversion.Summary convert(
      Path from, Path to, String split, int shards, LongConsumer progress) {
    return new MaskedFolderConversion(from, split).write(to, split, shards, progress);
  }

  private ImageFolderConversion.Summary write(
      Path to, String split, int shards, LongConsumer progress) {
    try (ImageSizes sizes = new ImageSizes();
        TfRecordShards out = new TfRecordShards(to, split, shards)) {
      if (!folder.classNames().isEmpty()) {
        ClassNames.write(out.folder(), folder.classNames());
      }
      int pairs = folder.images().size();
      for (int start = 0; start < pairs; start += CHUNK) {
        int end = Math.min(start + CHUNK, pairs);
        List<Packed> chunk =
            IntStream.range(start, end).parallel().mapToObj(i -> pack(sizes, i)).toList();
        for (Packed packed : chunk) {
          append(out, packed, shards);
        }
        progress.accept(end);
      }
      if (written == 0) {
        throw UserError.input("No pair in " + root + " can be read. The first: " + bad.get(0));
      }
      out.commit();
      return new ImageFolderConversion.Summary(
          out.files(), written, List.copyOf(bad), folder.leftOut());
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN,
          "Cannot write to %s: %s".formatted(to, FileTrouble.of(e).sentence()),
          e);
    }
  }

  /** A record, or why there is none. */
  private record Packed(ImageRecord record, String problem) {}

  private Packed pack(ImageSizes sizes, int i) {
    Path image = folder.images().get(i);
    Path mask = folder.masks().get(i);
    try {
      byte[] bytes = Files.readAllBytes(image);
      ImageSizes.Size size = sizes.of(bytes);
      byte[] png = Files.readAllBytes(mask);
      String problem = MaskFile.problem("its mask " + mask, png, bytes);
      return problem.isEmpty()
          ? new Packed(
              new ImageRecord(bytes, root.relativize(image).toString(), size.height(), size.width())
                  .mask(png),
              "")
          : new Packed(null, image + ": " + problem);
    } catch (IOException e) {
      return new Packed(null, image + ": " + UnreadableReason.of(e));
    }
  }

  private void append(TfRecordShards out, Packed packed, int shards) throws IOException {
    if (packed.problem().isEmpty()) {
      out.write((int) (written++ % shards), packed.record().toByteArray());
    } else {
      bad.add(packed.problem());
    }
  }
}
