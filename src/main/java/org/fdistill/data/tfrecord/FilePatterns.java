package org.fdistill.data.tfrecord;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;

/**
 * Finds files by path or glob pattern ({@code * ? [a-c] {a,b}} and {@code **}). A name that is
 * there as it is written stands for itself, whatever it holds. Patterns do not find hidden files.
 */
public final class FilePatterns {
  /** How far {@code **} reaches. */
  private static final int DEEP = 64;

  private FilePatterns() {}

  /**
   * The files that match any of the patterns, each once, sorted by path.
   *
   * @throws UserError where a pattern matches nothing or finds a link to nothing, or a file of a
   *     numbered set is missing ({@link ShardNames})
   */
  public static List<Path> resolve(List<String> patterns) {
    SortedSet<Path> files = new TreeSet<>();
    for (String pattern : patterns) {
      files.addAll(resolve(pattern));
    }
    ShardNames.requireWhole(files);
    return List.copyOf(files);
  }

  /**
   * Reads a path of a config.
   *
   * @throws UserError of kind usage, where no file can have it
   */
  public static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new UserError(
          UserError.Kind.USAGE,
          "'%s' is no path: %s.".formatted(text.replace('\0', '?'), e.getReason()),
          e);
    }
  }

  private static List<Path> resolve(String pattern) {
    Path path = path(pattern);
    int literal = literalNames(path);
    if (literal == path.getNameCount()) {
      return List.of(file(path));
    }
    Path base = start(path, literal);
    if (!Files.isDirectory(base)) {
      throw UserError.input("No file matches %s: there is no folder %s.".formatted(pattern, base));
    }
    Path rest = path.subpath(literal, path.getNameCount());
    List<Path> found =
        walk(base, matcher(pattern, rest), pattern.contains("**") ? DEEP : rest.getNameCount());
    if (found.isEmpty()) {
      throw UserError.input("No file matches %s.".formatted(pattern));
    }
    return found;
  }

  private static int literalNames(Path path) {
    int names = 0;
    while (names < path.getNameCount()
        && (!isGlob(path.getName(names).toString())
            || Files.exists(start(path, names + 1), LinkOption.NOFOLLOW_LINKS))) {
      names++;
    }
    return names;
  }

  private static boolean isGlob(String name) {
    return name.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  /** The first names of a path, from its root if it has one. */
  private static Path start(Path path, int names) {
    Path root = path.isAbsolute() ? path.getRoot() : Path.of("");
    return names == 0 ? root : root.resolve(path.subpath(0, names));
  }

  private static Path file(Path path) {
    try {
      if (Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
        throw UserError.input(path + " is no regular file but a pipe or a device.");
      }
      return path;
    } catch (NoSuchFileException e) {
      boolean link = Files.isSymbolicLink(path);
      throw new UserError(
          UserError.Kind.INPUT, path + (link ? ": a link to nothing." : ": no such file."), e);
    } catch (IOException e) {
      throw new UserError(UserError.Kind.INPUT, FileTrouble.of(e).located() + ".", e);
    }
  }

  private static PathMatcher matcher(String pattern, Path rest) {
    try {
      return rest.getFileSystem().getPathMatcher("glob:" + rest);
    } catch (PatternSyntaxException e) {
      throw new UserError(
          UserError.Kind.USAGE,
          "%s is neither a file nor a pattern: %s.".formatted(pattern, e.getDescription()),
          e);
    }
  }

  private static List<Path> walk(Path base, PathMatcher matcher, int depth) {
    List<Path> found = new ArrayList<>();
    try {
      VisibleFiles.walk(
          base,
          depth,
          entry -> {
            if (matcher.matches(base.relativize(entry.path()))) {
              add(entry, found);
            }
          });
      return found;
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          "Cannot list %s: %s.".formatted(base, FileTrouble.of(e).located()),
          e);
    }
  }

  private static void add(VisibleFiles.Entry entry, List<Path> found) {
    if (entry.isDangling()) {
      throw UserError.input(
          entry.path() + ": a link to nothing. Mend it, remove it, or name other files.");
    }
    if (entry.attributes().isRegularFile()) {
      found.add(entry.path());
    }
  }
}
