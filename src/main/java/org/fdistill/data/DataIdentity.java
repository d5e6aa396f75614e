package org.fdistill.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;

/**
 * By what a data set is known again: numbers, names, sizes and order of its files. Their content is
 * not read.
 *
 * @param examples n
 * @param files their number; 0 for noise
 * @param digest checksum of all names and sizes, in the order of the examples
 * @param sizes bytes by file; where there are many files, those of each folder together
 */
public record DataIdentity(
    long examples, long files, String digest, SortedMap<String, Long> sizes) {
  /** Files up to which each is listed. */
  private static final int LISTED = 4096;

  /** Lines of a comparison up to which it is complete. */
  private static final int LINES = 8;

  /**
   * Takes the identity of a data set from its files.
   *
   * @param examples n
   * @param files in the order of the examples
   * @throws UserError of kind input, where one has vanished
   */
  public static DataIdentity of(long examples, List<Path> files) {
    List<Long> bytes = files.parallelStream().map(DataIdentity::size).toList();
    CRC32C digest = new CRC32C();
    SortedMap<String, Long> sizes = new TreeMap<>();
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      digest.update((file + "\0" + bytes.get(i) + "\0").getBytes(StandardCharsets.UTF_8));
      String listed =
          files.size() <= LISTED ? file.toString() : file.resolveSibling("*").toString();
      sizes.merge(listed, bytes.get(i), Long::sum);
    }
    String hex = HexFormat.of().toHexDigits((int) digest.getValue());
    return new DataIdentity(examples, files.size(), hex, sizes);
  }

  /** A link to nothing is an example that cannot be read, and has no bytes. */
  private static long size(Path file) {
    try {
      return Files.isSymbolicLink(file) && Files.notExists(file) ? 0 : Files.size(file);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          file + ": this file cannot be read: " + FileTrouble.of(e).reason() + ".",
          e);
    }
  }

  /**
   * In what another data set differs from this one, a line each; empty where it is the same.
   *
   * @param now the other
   */
  public List<String> differences(DataIdentity now) {
    List<String> lines = new ArrayList<>();
    if (examples != now.examples) {
      lines.add("examples: " + examples + " -> " + now.examples);
    }
    if (files != now.files) {
      lines.add("files: " + files + " -> " + now.files);
    }
    List<String> changed = changedSizes(now);
    lines.addAll(changed.subList(0, Math.min(LINES, changed.size())));
    if (changed.size() > LINES) {
      lines.add((changed.size() - LINES) + " more");
    }
    if (lines.isEmpty() && !digest.equals(now.digest)) {
      lines.add("names, sizes or order of the files within their folders");
    }
    return lines;
  }

  private List<String> changedSizes(DataIdentity now) {
    List<String> lines = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(sizes.keySet());
    names.addAll(now.sizes.keySet());
    for (String name : names) {
      String before = size(sizes, name);
      String after = size(now.sizes, name);
      if (!before.equals(after)) {
        lines.add(name + ": " + before + " -> " + after);
      }
    }
    return lines;
  }

  private static String size(SortedMap<String, Long> sizes, String name) {
    return sizes.containsKey(name) ? sizes.get(name) + " bytes" : "not there";
  }
}
