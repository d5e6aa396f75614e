package org.fdistill.cache;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.WholeFile;

/**
 * The file {@value #FILE} of a cache: a line for each file of records that is whole, added when it
 * got its name. A line that was cut short is none.
 */
final class ShardIndex {
  static final String FILE = "index.jsonl";

  private static final Gson GSON = new Gson();

  private ShardIndex() {}

  /**
   * The entries by number of their file; none where there is no index.
   *
   * @throws UserError where it is not one
   */
  static Map<Integer, ShardEntry> read(Path folder) {
    Path file = folder.resolve(FILE);
    Map<Integer, ShardEntry> entries = new TreeMap<>();
    if (!Files.exists(file)) {
      return entries;
    }
    try {
      String text = Files.readString(file);
      text.substring(0, text.lastIndexOf('\n') + 1)
          .lines()
          .map(line -> entry(file, line))
          .forEach(entry -> entries.put(entry.shard(), entry));
      return entries;
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          file + ": the index cannot be read: " + FileTrouble.of(e).reason() + ".",
          e);
    }
  }

  private static ShardEntry entry(Path file, String line) {
    try {
      ShardEntry entry = GSON.fromJson(line, ShardEntry.class);
      if (entry != null && entry.crc32c() != null && GSON.toJson(entry).equals(line)) {
        return entry;
      }
    } catch (JsonParseException | NullPointerException | IllegalStateException e) {
      throw damaged(file, line, e);
    }
    throw damaged(file, line, null);
  }

  private static UserError damaged(Path file, String line, Exception cause) {
    return new UserError(
        UserError.Kind.INPUT,
        """
        %s: damaged: it has the line %s
        Delete this folder and write the cache again with fdistill cache CONFIG.\
        """
            .formatted(file, line.length() > 80 ? line.substring(0, 80) + "..." : line),
        cause);
  }

  /** Writes all entries in one piece, in the order of their files. */
  static void write(Path folder, Collection<ShardEntry> entries) throws IOException {
    StringBuilder text = new StringBuilder();
    entries.forEach(entry -> text.append(line(entry)));
    WholeFile.write(folder.resolve(FILE), text.toString());
  }

  /** Adds an entry, and leaves nothing of it where that fails. */
  static void append(Path folder, ShardEntry entry) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(FILE).toFile(), "rw")) {
      long before = file.length();
      try {
        file.seek(before);
        file.write(line(entry).getBytes(StandardCharsets.UTF_8));
        file.getFD().sync();
      } catch (IOException e) {
        file.setLength(before);
        throw e;
      }
    }
  }

  private static String line(ShardEntry entry) {
    return GSON.toJson(entry) + "\n";
  }
}
