package org.fdistill.data.tar;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.Folders;
import org.fdistill.files.Unfinished;
import org.fdistill.graph.FileRanges;

/**
 * The images of one tar file and where they lie, kept in a folder so that the file is gone through
 * once only: a list of the images, and indexes for {@link FileRanges}, one for each {@link
 * FileRanges#MOST} of them. It is made anew where the file has another size or date.
 */
public final class TarIndex {
  private static final String LIST = "images";

  /** Changes with what is written. */
  private static final long FORMAT = 0x6664_7461_7200_0001L;

  private final Path folder;
  private final List<TarExample> examples;
  private final SortedMap<String, Long> leftOut;

  private TarIndex(Path folder, List<TarExample> examples, SortedMap<String, Long> leftOut) {
    this.folder = folder;
    this.examples = examples;
    this.leftOut = leftOut;
  }

  /**
   * What a file is known by.
   *
   * @param path absolute
   * @param bytes its size
   * @param modified in milliseconds
   */
  private record Identity(String path, long bytes, long modified) {
    static Identity of(Path file) throws IOException {
      Path path = file.toRealPath();
      return new Identity(
          path.toString(), Files.size(path), Files.getLastModifiedTime(path).toMillis());
    }

    static Identity read(DataInputStream in) throws IOException {
      return new Identity(in.readUTF(), in.readLong(), in.readLong());
    }

    void write(DataOutputStream out) throws IOException {
      out.writeUTF(path);
      out.writeLong(bytes);
      out.writeLong(modified);
    }

    /** A name for its folder. */
    String folderName() {
      CRC32C digest = new CRC32C();
      digest.update(path.getBytes(StandardCharsets.UTF_8));
      String name = path.substring(path.lastIndexOf('/') + 1);
      return name + "-" + HexFormat.of().toHexDigits((int) digest.getValue());
    }
  }

  /** Whether a file starts as tar files do since POSIX. One that cannot be read does not. */
  public static boolean isTar(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(TarConstants.DEFAULT_RCDSIZE);
      return TarArchiveInputStream.matches(start, start.length);
    } catch (IOException e) {
      return false;
    }
  }

  /** The images, in the order of the file. */
  public List<TarExample> examples() {
    return examples;
  }

  /** How many members of which kinds are neither images nor labels. */
  public SortedMap<String, Long> leftOut() {
    return leftOut;
  }

  /** Where {@link FileRanges} finds the images, {@link FileRanges#MOST} each. */
  public List<Path> ranges() {
    List<Path> prefixes = new ArrayList<>();
    for (int i = 0; i < groups(examples.size()); i++) {
      prefixes.add(folder.resolve(String.valueOf(i)));
    }
    return prefixes;
  }

  private static int groups(int examples) {
    return (examples + FileRanges.MOST - 1) / FileRanges.MOST;
  }

  /**
   * Whether a file has to be gone through before it can be read.
   *
   * @param root where indexes are kept
   */
  public static boolean isMissing(Path file, Path root) {
    try {
      Identity identity = Identity.of(file);
      Path folder = root.resolve(identity.folderName());
      try (DataInputStream in = open(folder)) {
        return in.readLong() != FORMAT || !Identity.read(in).equals(identity);
      }
    } catch (IOException e) {
      return true;
    }
  }

  /**
   * The index of a file, made where there is none.
   *
   * @param root where indexes are kept; made where it does not exist
   * @throws UserError of kind input, where the file is no whole tar file; of kind run, where the
   *     index cannot be written
   */
  public static TarIndex open(Path file, Path root) {
    try {
      Identity identity = Identity.of(file);
      Path folder = root.toAbsolutePath().resolve(identity.folderName());
      if (isMissing(file, root)) {
        TarScan.Found found = TarScan.scan(file);
        write(file, identity, folder, found);
      }
      return read(folder);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          "Cannot index %s: %s.\nSet index_folder to a folder that can be written to."
              .formatted(file, FileTrouble.of(e).located()),
          e);
    }
  }

  private static void write(Path file, Identity identity, Path folder, TarScan.Found found)
      throws IOException {
    Files.createDirectories(folder.getParent());
    Path unfinished = Files.createTempDirectory(folder.getParent(), ".unfinished");
    try (Unfinished begun = Unfinished.begin(() -> Folders.delete(unfinished))) {
      List<FileRanges.Range> ranges = found.examples().stream().map(TarExample::range).toList();
      for (int i = 0; i < groups(ranges.size()); i++) {
        int end = Math.min(ranges.size(), (i + 1) * FileRanges.MOST);
        FileRanges.write(
            unfinished.resolve(String.valueOf(i)), file, ranges.subList(i * FileRanges.MOST, end));
      }
      try (DataOutputStream out =
          new DataOutputStream(
              new BufferedOutputStream(Files.newOutputStream(unfinished.resolve(LIST))))) {
        out.writeLong(FORMAT);
        identity.write(out);
        write(out, found);
      }
      // Another process may have been faster, and its index is read already.
      if (isMissing(file, folder.getParent())) {
        Folders.delete(folder);
        Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private static void write(DataOutputStream out, TarScan.Found found) throws IOException {
    out.writeInt(found.leftOut().size());
    for (Map.Entry<String, Long> kind : found.leftOut().entrySet()) {
      out.writeUTF(kind.getKey());
      out.writeLong(kind.getValue());
    }
    out.writeInt(found.examples().size());
    for (TarExample example : found.examples()) {
      out.writeUTF(example.name());
      out.writeUTF(example.className());
      out.writeLong(example.range().offset());
      out.writeLong(example.range().size());
      out.writeInt(example.range().crc());
      out.writeLong(example.label());
      out.writeUTF(example.problem());
    }
  }

  private static DataInputStream open(Path folder) throws IOException {
    return new DataInputStream(
        new BufferedInputStream(Files.newInputStream(folder.resolve(LIST)), 1 << 16));
  }

  private static TarIndex read(Path folder) throws IOException {
    try (DataInputStream in = open(folder)) {
      in.readLong();
      Identity.read(in);
      SortedMap<String, Long> leftOut = new TreeMap<>();
      for (int i = in.readInt(); i > 0; i--) {
        leftOut.put(in.readUTF(), in.readLong());
      }
      List<TarExample> examples = new ArrayList<>();
      for (int i = in.readInt(); i > 0; i--) {
        examples.add(
            new TarExample(
                in.readUTF(),
                in.readUTF().intern(),
                new FileRanges.Range(in.readLong(), in.readLong(), in.readInt()),
                in.readLong(),
                in.readUTF()));
      }
      return new TarIndex(folder, examples, leftOut);
    }
  }
}
