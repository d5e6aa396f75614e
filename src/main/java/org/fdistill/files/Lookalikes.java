package org.fdistill.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What may have been meant, where a folder was named that is not what is looked for. */
public final class Lookalikes {
  private static final int DEPTH = 2;
  private static final int SHOWN = 3;

  private Lookalikes() {}

  /**
   * Names folders inside of one.
   *
   * @param wanted whether a folder is what is looked for
   * @return a line for an error message, after a line break; empty where there is none
   */
  public static String hint(Path folder, Predicate<Path> wanted) {
    List<String> found = in(folder, wanted);
    if (found.isEmpty()) {
      return "";
    }
    String shown = String.join(" or ", found.subList(0, Math.min(SHOWN, found.size())));
    int more = found.size() - SHOWN;
    return "\nDid you mean " + shown + (more > 0 ? ", or one of " + more + " more in it?" : "?");
  }

  /** The outermost of them, by name. */
  private static List<String> in(Path folder, Predicate<Path> wanted) {
    List<Path> outermost = new ArrayList<>();
    try (Stream<Path> files = Files.find(folder, DEPTH, (path, is) -> is.isDirectory())) {
      files
          .filter(path -> !path.equals(folder) && wanted.test(path))
          .sorted()
          .filter(path -> outermost.stream().noneMatch(path::startsWith))
          .forEachOrdered(outermost::add);
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // It is a hint alone.
    }
    return outermost.stream().map(Path::toString).toList();
  }
}
