package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.data.tfrecord.FilePatterns;
import org.fdistill.data.tfrecord.VisibleFiles;
import org.fdistill.files.FileTrouble;

/**
 * The image files of a folder: all of its subfolders' (each subfolder is a class, numbered in the
 * order of the names) or, where there are no subfolders, its own. Hidden files and folders are left
 * out. A link to nothing with an image's name keeps its place among the images: it is one that
 * cannot be read.
 */
final class ImageFolder {
  private static final Set<String> EXTENSIONS =
      Set.of("jpg", "jpeg", "jpe", "jfif", "png", "bmp", "gif");
  private static final String NAMES = ".jpg, .jpeg, .jpe, .jfif, .png, .bmp or .gif";

  private final List<Path> files;
  private final long[] labels;
  private final List<String> classNames;
  private final String leftOut;

  private ImageFolder(Contents contents) {
    Collection<List<Path>> groups =
        contents.classes.isEmpty() ? List.of(contents.own) : contents.classes.values();
    this.files = groups.stream().flatMap(List::stream).toList();
    this.labels = new long[files.size()];
    this.classNames = names(contents);
    this.leftOut = contents.leftOut.toString();
    int start = 0;
    long label = classNames.isEmpty() ? -1 : 0;
    for (List<Path> members : groups) {
      Arrays.fill(labels, start, start + members.size(), label++);
      start += members.size();
    }
  }

  /** Sorted by class, then by path. */
  List<Path> files() {
    return files;
  }

  /** The class of each file; -1 in a flat folder. */
  long[] labels() {
    return labels.clone();
  }

  /** Names of the subfolders; empty in a flat folder. */
  List<String> classNames() {
    return classNames;
  }

  /** How many files of which kinds are no images, in words; empty where all are. */
  String leftOut() {
    return leftOut;
  }

  /**
   * Lists a folder.
   *
   * @param path as a config gives it
   * @throws UserError where it is missing, holds no images, or holds an empty class
   */
  static ImageFolder scan(String path) {
    return scan(root(path));
  }

  /** As {@link #scan(String)}. */
  static ImageFolder scan(Path root) {
    Contents contents = Contents.of(root, Integer.MAX_VALUE);
    contents.check();
    contents.sort();
    return new ImageFolder(contents);
  }

  /** The names of the subfolders, as a scan gives them; nothing where there is no such folder. */
  static Optional<List<String>> findClassNames(String path) {
    return Optional.of(root(path)).filter(Files::isDirectory).map(r -> names(Contents.of(r, 1)));
  }

  private static Path root(String path) {
    if (path.isEmpty()) {
      throw UserError.usage("image_folder: path is not set.");
    }
    return FilePatterns.path(path);
  }

  private static List<String> names(Contents contents) {
    return contents.classes.keySet().stream().map(c -> c.getFileName().toString()).toList();
  }

  /** What a walk through the folder finds. */
  private static final class Contents {
    final Path root;
    final SortedMap<Path, List<Path>> classes = new TreeMap<>();
    final List<Path> own = new ArrayList<>();
    final LeftOutFiles leftOut = new LeftOutFiles();

    private Contents(Path root) {
      this.root = root;
    }

    static Contents of(Path root, int depth) {
      if (!Files.isDirectory(root)) {
        throw UserError.input(root + ": " + problem(root));
      }
      Contents contents = new Contents(root);
      try {
        VisibleFiles.walk(root, depth, contents::add);
        return contents;
      } catch (IOException e) {
        throw new UserError(
            UserError.Kind.INPUT,
            "Cannot list %s: %s.".formatted(root, FileTrouble.of(e).located()),
            e);
      }
    }

    private static String problem(Path root) {
      if (!Files.exists(root)) {
        return "no such folder. Expected one of images, or with a subfolder for each class.";
      }
      return root.toString().endsWith(".tar")
          ? "not a folder. Name tar files in tar { path: ... }."
          : "not a folder.";
    }

    void add(VisibleFiles.Entry entry) {
      Path path = entry.path();
      boolean top = path.getNameCount() == root.getNameCount() + 1;
      if (entry.attributes().isDirectory()) {
        if (top) {
          classes.put(path, new ArrayList<>());
        }
      } else if (isImage(entry)) {
        (top ? own : classes.get(root.resolve(path.getName(root.getNameCount())))).add(path);
      } else if (top && entry.isDangling()) {
        throw UserError.input(
            path + ": a link to nothing. Each subfolder is a class; mend the link, or remove it.");
      } else {
        leftOut.add(entry);
      }
    }

    private static boolean isImage(VisibleFiles.Entry entry) {
      String name = entry.path().getFileName().toString();
      String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
      return !entry.attributes().isOther() && EXTENSIONS.contains(extension);
    }

    void check() {
      if (classes.isEmpty() && own.isEmpty()) {
        throw UserError.input(
            "%s holds no images: no subfolders and no %s file.%s"
                .formatted(root, NAMES, leftOut.sentence()));
      }
      if (!classes.isEmpty() && !own.isEmpty()) {
        throw UserError.input(
            "%s holds both class folders (%s, ...) and images of its own (%s, ...). Expected one"
                    .formatted(root, classes.firstKey().getFileName(), own.get(0).getFileName())
                + " folder a class, or images alone.");
      }
      classes.forEach(this::requireImages);
    }

    private void requireImages(Path folder, List<Path> images) {
      if (images.isEmpty()) {
        throw UserError.input(
            "%s holds no images (%s). Remove the folder, or fill it: each subfolder of %s is a"
                    .formatted(folder, NAMES, root)
                + " class."
                + leftOut.sentence());
      }
    }

    void sort() {
      Collections.sort(own);
      classes.values().forEach(Collections::sort);
    }
  }
}
