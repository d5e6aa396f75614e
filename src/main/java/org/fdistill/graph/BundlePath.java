package org.fdistill.graph;

import java.nio.file.Path;
import org.fdistill.config.UserError;

/**
 * Paths of TensorFlow's bundles. Its restore op and its checkpoint reader look a bundle's index up
 * as a pattern and then open the same text as a name, so that there is no way to quote a character
 * that a pattern reads otherwise; the save op takes the text as a name, and writes what none reads.
 */
public final class BundlePath {
  private static final String SPECIAL = "[]*?\\";

  private BundlePath() {}

  /** The text of a prefix, as TensorFlow's ops take it. */
  public static String text(Path prefix) {
    require(prefix);
    return prefix.toString();
  }

  /**
   * Checks that bundles below a path can be read back; to be called before the first is written.
   *
   * @throws UserError of kind usage
   */
  public static void require(Path path) {
    boolean plain = path.toString().chars().noneMatch(c -> SPECIAL.indexOf(c) >= 0);
    if (!plain) {
      throw UserError.usage(
          path
              + ": TensorFlow takes a path with one of the characters [ ] * ? \\ for a pattern, and"
              + " would not find the weights below it.\nChoose another path, or rename the folder.");
    }
  }
}
