package org.fdistill.data;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.data.tfrecord.FilePatterns;
import org.fdistill.data.tfrecord.StagedFolder;
import org.fdistill.files.FileTrouble;
import org.fdistill.proto.DataConfig;

/** The file {@code classes.txt} that stands beside TFRecord files: one class a line, by label. */
public final class ClassNames {
  /** Its name. */
  static final String FILE = "classes.txt";

  private static final int SHOWN = 10;

  private ClassNames() {}

  /**
   * Adds the file to a folder.
   *
   * @throws UserError where the folder's file names other classes: one set of labels would then
   *     mean two things
   */
  public static void write(StagedFolder out, List<String> names) throws IOException {
    Path folder = out.path();
    List<String> old = read(folder.resolve(FILE));
    if (!old.isEmpty() && !old.equals(names)) {
      throw UserError.usage(
          String.format(
              "%s names other classes: %s instead of %s.\n"
                  + "The splits of one data set have the same classes; write this one to another"
                  + " folder.",
              folder.resolve(FILE), text(old), text(names)));
    }
    Files.write(out.file(FILE), names);
  }

  /**
   * The names of a data set's classes, by label, without a look at its examples.
   *
   * @return a list that is empty where the classes have no names; nothing where the data cannot be
   *     found, such as on another machine than the one that trained, or are noise, which has no
   *     classes
   * @throws UserError where the data are there and their classes are in disorder
   */
  static Optional<List<String>> find(DataConfig data) {
    return switch (data.getSourceCase()) {
      case TFRECORD -> files(data.getTfrecord().getPathList()).map(ClassNames::beside);
      case IMAGE_FOLDER -> ImageFolder.findClassNames(data.getImageFolder().getPath());
      case TAR ->
          files(TarIndexes.patterns(data.getTar()))
              .map(found -> TarExamples.open(data.getTar()).classNames());
      default -> Optional.empty();
    };
  }

  private static Optional<List<Path>> files(List<String> patterns) {
    try {
      return Optional.of(FilePatterns.resolve(patterns));
    } catch (UserError notThere) {
      return Optional.empty();
    }
  }

  /**
   * Names from the folders of some files; empty where they have none.
   *
   * @throws UserError where the folders name different classes
   */
  static List<String> beside(List<Path> files) {
    List<Path> folders = files.stream().map(file -> file.resolveSibling(FILE)).distinct().toList();
    List<String> first = read(folders.get(0));
    for (Path other : folders.subList(1, folders.size())) {
      List<String> names = read(other);
      if (!names.equals(first)) {
        throw UserError.input(
            "%s names %s, and %s %s: the labels of their examples do not mean the same.\n"
                    .formatted(folders.get(0), text(first), other, text(names))
                + "Give both folders the same file, or read one of them.");
      }
    }
    return first;
  }

  /** The number of classes and the first ones. */
  static String text(List<String> names) {
    if (names.isEmpty()) {
      return "no names of classes";
    }
    String first = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    String classes = names.size() == 1 ? "1 class (" : names.size() + " classes (";
    return classes + first + (names.size() > SHOWN ? ", ...)" : ")");
  }

  /** Empty where there is no file. Blank lines at the end are no classes. */
  private static List<String> read(Path file) {
    try {
      String text = Files.readString(file);
      return text.stripTrailing().lines().map(String::strip).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (CharacterCodingException e) {
      throw new UserError(UserError.Kind.INPUT, file + " is no text in UTF-8.", e);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          "Cannot read %s: %s.".formatted(file, FileTrouble.of(e).reason()),
          e);
    }
  }
}
