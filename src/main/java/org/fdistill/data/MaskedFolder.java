package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.data.tfrecord.FilePatterns;
import org.fdistill.files.FileTrouble;

/**
 * A split of a data set in ADE20K's layout: {@code images/SPLIT/NAME.jpg} (or another format) and
 * {@code annotations/SPLIT/NAME.png}. The classes are named by {@code classes.txt}, one a line, or
 * by the {@code objectInfo150.txt} (or {@code .csv}) that ADE20K comes with, where it is there.
 *
 * @param images in the order of their names
 * @param masks as many, in the same order
 * @param classNames by class; empty where unknown
 * @param leftOut how many files among the images are none, in words; empty where all are
 */
record MaskedFolder(List<Path> images, List<Path> masks, List<String> classNames, String leftOut) {
  private static final int SHOWN = 3;
  private static final List<String> TABLES = List.of("objectInfo150.txt", "objectInfo150.csv");

  /**
   * Lists a split.
   *
   * @param path the folder that holds images and annotations
   * @throws UserError where a folder is missing or has no images, and naming images without a mask
   */
  static MaskedFolder scan(Path path, String split) {
    ImageFolder folder = ImageFolder.scan(path.resolve("images").resolve(split));
    if (!folder.classNames().isEmpty()) {
      throw UserError.input(
          "%s holds folders (%s, ...). Expected images alone, each with a mask of the same name under %s."
              .formatted(
                  path.resolve("images").resolve(split),
                  folder.classNames().get(0),
                  path.resolve("annotations").resolve(split)));
    }
    Path annotations = path.resolve("annotations").resolve(split);
    List<Path> masks = masks(folder.files(), annotations);
    return new MaskedFolder(folder.files(), masks, names(path), folder.leftOut());
  }

  /** As a config names it. */
  static MaskedFolder scan(String path, String split) {
    return scan(FilePatterns.path(path), split);
  }

  private static List<Path> masks(List<Path> images, Path annotations) {
    Set<String> there = listing(annotations);
    List<Path> masks = new ArrayList<>();
    List<Path> lonely = new ArrayList<>();
    for (Path image : images) {
      String name = image.getFileName().toString();
      String mask = name.substring(0, name.lastIndexOf('.')) + ".png";
      masks.add(annotations.resolve(mask));
      if (!there.contains(mask)) {
        lonely.add(image);
      }
    }
    if (!lonely.isEmpty()) {
      throw missing(lonely, annotations);
    }
    return masks;
  }

  private static UserError missing(List<Path> lonely, Path annotations) {
    StringBuilder named = new StringBuilder();
    lonely.stream().limit(SHOWN).forEach(image -> named.append("\n  ").append(image));
    return UserError.input(
        (lonely.size() == 1 ? "An image has" : lonely.size() + " images have")
            + " no mask in "
            + annotations
            + ":"
            + named
            + (lonely.size() > SHOWN ? "\n  ..." : "")
            + "\nExpected a PNG of the same name for each. Add the masks, or remove the images.");
  }

  private static Set<String> listing(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw UserError.input(
          folder
              + ": no such folder. Expected a mask for each image, in ADE20K's layout:"
              + " images/SPLIT/NAME.jpg and annotations/SPLIT/NAME.png.");
    }
    Set<String> names = new HashSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static List<String> names(Path root) {
    try {
      Path own = root.resolve(ClassNames.FILE);
      if (Files.isRegularFile(own)) {
        return Files.readAllLines(own);
      }
      for (String table : TABLES) {
        if (Files.isRegularFile(root.resolve(table))) {
          return ofTable(Files.readAllLines(root.resolve(table)));
        }
      }
      return List.of();
    } catch (IOException e) {
      throw unreadable(root, e);
    }
  }

  /** The last column, of which the first of several synonyms; the first line is the header. */
  private static List<String> ofTable(List<String> lines) {
    return lines.stream().skip(1).filter(line -> !line.isBlank()).map(MaskedFolder::name).toList();
  }

  private static String name(String line) {
    String separator = line.indexOf('\t') < 0 ? "," : "\t";
    String[] cells = line.split(separator, 6);
    return cells[cells.length - 1].strip().split("[,;]", 2)[0].strip();
  }

  private static UserError unreadable(Path path, IOException e) {
    return new UserError(
        UserError.Kind.INPUT,
        "Cannot read %s: %s.".formatted(path, FileTrouble.of(e).located()),
        e);
  }
}
