package org.fdistill.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.fdistill.config.UserError;

/**
 * The image files of a folder: all of its subfolders' (each subfolder is a class, numbered in the
 * order of the names) or, where there are no subfolders, its own. Hidden files are left out.
 */
final class ImageFolder {
  private static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "png", "bmp", "gif");

  private final List<Path> files;
  private final List<Integer> labels;
  private final List<String> classNames;

  private ImageFolder(List<Path> files, List<Integer> labels, List<String> classNames) {
    this.files = files;
    this.labels = labels;
    this.classNames = classNames;
  }

  /** Sorted by class, then by path. */
  List<Path> files() {
    return files;
  }

  /** The class of each file; -1 in a flat folder. */
  long[] labels() {
    return labels.stream().mapToLong(Integer::longValue).toArray();
  }

  /** Names of the subfolders; empty in a flat folder. */
  List<String> classNames() {
    return classNames;
  }

  /**
   * Lists a folder.
   *
   * @throws UserError where it is missing, holds no images, or holds an empty class
   */
  static ImageFolder scan(Path root) {
    if (root.toString().isEmpty()) {
      throw UserError.usage("image_folder: path is not set.");
    }
    if (!Files.isDirectory(root)) {
      throw UserError.input(
          root + ": " + (Files.exists(root) ? "not a folder." : "no such folder."));
    }
    try {
      List<Path> classes = list(root, 1, (path, attributes) -> attributes.isDirectory());
      return classes.isEmpty() ? flat(root) : labelled(root, classes);
    } catch (IOException | UncheckedIOException e) {
      throw new UserError(
          UserError.Kind.INPUT, "Cannot list " + root + ": " + e.getMessage() + ".", e);
    }
  }

  private static ImageFolder flat(Path root) throws IOException {
    List<Path> files = list(root, 1, ImageFolder::isImage);
    if (files.isEmpty()) {
      throw UserError.input(
          root + " holds no images: no subfolders and no .jpg, .jpeg, .png, .bmp or .gif file.");
    }
    return new ImageFolder(files, Collections.nCopies(files.size(), -1), List.of());
  }

  private static ImageFolder labelled(Path root, List<Path> classes) throws IOException {
    List<Path> stray = list(root, 1, ImageFolder::isImage);
    if (!stray.isEmpty()) {
      throw UserError.input(
          "%s holds both class folders (%s, ...) and images of its own (%s, ...). Expected one folder"
                  .formatted(root, classes.get(0).getFileName(), stray.get(0).getFileName())
              + " a class, or images alone.");
    }
    List<Path> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      List<Path> members = list(classes.get(label), Integer.MAX_VALUE, ImageFolder::isImage);
      if (members.isEmpty()) {
        throw UserError.input(
            "%s holds no images (.jpg, .jpeg, .png, .bmp, .gif). Remove the folder, or fill it: each"
                    .formatted(classes.get(label))
                + " subfolder of "
                + root
                + " is a class.");
      }
      files.addAll(members);
      labels.addAll(Collections.nCopies(members.size(), label));
    }
    return new ImageFolder(
        files, labels, classes.stream().map(c -> c.getFileName().toString()).toList());
  }

  private static List<Path> list(
      Path folder, int depth, BiPredicate<Path, BasicFileAttributes> wanted) throws IOException {
    BiPredicate<Path, BasicFileAttributes> visible =
        (path, attributes) -> !path.equals(folder) && !isHidden(path);
    try (Stream<Path> all =
        Files.find(folder, depth, visible.and(wanted), FileVisitOption.FOLLOW_LINKS)) {
      return all.sorted().toList();
    }
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  private static boolean isImage(Path path, BasicFileAttributes attributes) {
    String name = path.getFileName().toString();
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return attributes.isRegularFile() && EXTENSIONS.contains(extension);
  }
}
