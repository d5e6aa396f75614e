package org.fdistill.data.tar;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.fdistill.config.UserError;
import org.fdistill.graph.FileRanges;

/** Finds the images of a tar file. Every byte of them is read once, for their checksums. */
final class TarScan implements TarFile.Visitor {
  private static final int MOST_TEXT = 1 << 20;
  private static final String META = "__";

  private final Path file;
  private final List<TarExample> examples = new ArrayList<>();
  private final SortedMap<String, Long> leftOut = new TreeMap<>();
  private final byte[] buffer = new byte[1 << 16];
  private Sample sample = Sample.of("", "");
  private String inner = "";
  private String outer = "";

  private TarScan(Path file) {
    this.file = file;
  }

  /**
   * What a file holds.
   *
   * @param examples in the order of the file
   * @param leftOut how many members of which kinds are neither images nor labels
   */
  record Found(List<TarExample> examples, SortedMap<String, Long> leftOut) {}

  /**
   * Goes through a file.
   *
   * @throws UserError of kind input, where it is no tar file or not whole
   */
  static Found scan(Path file) {
    TarScan scan = new TarScan(file);
    TarFile.walk(file, scan);
    scan.finish();
    return new Found(scan.examples, scan.leftOut);
  }

  @Override
  public void member(TarFile.Member within, TarFile.Member member, InputStream content)
      throws IOException {
    String className = className(within);
    Sample.Part part = Sample.Part.of(member.name());
    if (member.name().startsWith(META) && member.name().endsWith(META)) {
      return; // what WebDataset keeps for itself
    }
    if (!part.isImage() && !part.isLabel()) {
      count(part.kind().isEmpty() ? "without an ending" : "." + part.kind());
      return;
    }
    if (!sample.isOf(part.key(), className)) {
      finish();
      sample = Sample.of(part.key(), className);
    }
    if (part.isImage()) {
      requireOneLayout(within, member);
      sample.image(file.toString(), member.name(), range(member, content));
    } else if (member.size() <= MOST_TEXT) {
      sample.label(part.kind(), content.readNBytes((int) member.size()));
    } else {
      count("." + part.kind() + " of more than 1 MB");
    }
  }

  /** Images lie in inner tar files, each of them a class, or in none. */
  private void requireOneLayout(TarFile.Member within, TarFile.Member member) {
    if (within == null) {
      outer = member.name();
    } else {
      inner = within.name();
    }
    if (!outer.isEmpty() && !inner.isEmpty()) {
      throw UserError.input(
          "%s holds both images of its own (%s) and tar files with images (%s). Expected one tar"
                  .formatted(file, outer, inner)
              + " file a class, or images alone.");
    }
  }

  private static String className(TarFile.Member within) {
    if (within == null) {
      return "";
    }
    String name = within.name().substring(within.name().lastIndexOf('/') + 1);
    return name.substring(0, name.length() - ".tar".length());
  }

  private FileRanges.Range range(TarFile.Member member, InputStream content) throws IOException {
    CRC32C crc = new CRC32C();
    long left = member.size();
    while (left > 0) {
      int read = content.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new EOFException("it ends within " + member.name());
      }
      crc.update(buffer, 0, read);
      left -= read;
    }
    return new FileRanges.Range(member.offset(), member.size(), (int) crc.getValue());
  }

  @Override
  public void other(String name) {
    count("links, devices or sparse files");
  }

  private void count(String kind) {
    leftOut.merge(kind, 1L, Long::sum);
  }

  private void finish() {
    if (sample.hasImage()) {
      examples.add(sample.example());
    }
    sample = Sample.of("", "");
  }
}
