package org.fdistill.data.tfrecord;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.fdistill.config.UserError;

/** Finds files by path or glob pattern ({@code * ? [a-c] {a,b}} and {@code **}). */
public final class FilePatterns {
  private FilePatterns() {}

  /**
   * The files that match any of the patterns, each once, sorted by path.
   *
   * @throws UserError where a pattern matches nothing
   */
  public static List<Path> resolve(List<String> patterns) {
    SortedSet<Path> files = new TreeSet<>();
    for (String pattern : patterns) {
      files.addAll(resolve(pattern));
    }
    return List.copyOf(files);
  }

  private static List<Path> resolve(String pattern) {
    Path path = Path.of(pattern);
    if (Files.exists(path)) {
      return List.of(path);
    }
    int names = path.getNameCount();
    int fixed = 0;
    while (fixed < names && !isGlob(path.getName(fixed).toString())) {
      fixed++;
    }
    if (fixed == names) {
      throw UserError.input(pattern + ": no such file.");
    }
    Path root = path.isAbsolute() ? path.getRoot() : Path.of("");
    Path base = fixed == 0 ? root : root.resolve(path.subpath(0, fixed));
    List<Path> found = walk(base, pattern, pattern.contains("**") ? 64 : names - fixed);
    if (found.isEmpty()) {
      throw UserError.input(
          "No file matches %s%s."
              .formatted(pattern, Files.isDirectory(base) ? "" : ": there is no folder " + base));
    }
    return found;
  }

  private static boolean isGlob(String name) {
    return name.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  private static List<Path> walk(Path base, String pattern, int depth) {
    if (!Files.isDirectory(base)) {
      return List.of();
    }
    PathMatcher matcher = base.getFileSystem().getPathMatcher("glob:" + pattern);
    try (Stream<Path> all = Files.walk(base, depth, FileVisitOption.FOLLOW_LINKS)) {
      return all.filter(p -> matcher.matches(p) && Files.isRegularFile(p)).toList();
    } catch (IOException | UncheckedIOException e) {
      throw new UserError(
          UserError.Kind.INPUT, "Cannot list " + base + ": " + e.getMessage() + ".", e);
    }
  }
}
