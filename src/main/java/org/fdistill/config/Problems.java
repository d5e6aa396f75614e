package org.fdistill.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Collects what is wrong with a config, so that one run shows it all. */
public final class Problems {
  private static final int SHOWN = 30;

  private final Origin origin;
  private final List<String> found;
  private final UnaryOperator<String> place;

  Problems(Origin origin) {
    this(origin, new ArrayList<>(), UnaryOperator.identity());
  }

  private Problems(Origin origin, List<String> found, UnaryOperator<String> place) {
    this.origin = origin;
    this.found = found;
    this.place = place;
  }

  /**
   * The same collection for a message that stands in another place than its checks know.
   *
   * @param known what the paths of the checks start with, such as model
   * @param actual what takes its place
   */
  public Problems at(String known, String actual) {
    return new Problems(
        origin,
        found,
        path -> path.startsWith(known) ? actual + path.substring(known.length()) : path);
  }

  /**
   * Notes a problem unless a condition holds.
   *
   * @param ok what must hold
   * @param path the field to blame
   * @param what a sentence that goes on from the path, with the value found
   */
  public void unless(boolean ok, String path, String what) {
    if (!ok) {
      String where = place.apply(path);
      found.add(where + " " + what + origin.of(where));
    }
  }

  /**
   * Stops with all problems, if there are any.
   *
   * @param kind of the error
   */
  void report(UserError.Kind kind) {
    if (found.isEmpty()) {
      return;
    }
    String count = found.size() == 1 ? "a problem" : found.size() + " problems";
    throw new UserError(
        kind,
        origin.source()
            + " has "
            + count
            + ":\n  "
            + String.join("\n  ", found.subList(0, Math.min(SHOWN, found.size())))
            + (found.size() > SHOWN ? "\n  ..." : ""));
  }

  /** A float's own digits rather than those of the double it was widened to; no ".0". */
  static String plain(double value) {
    String shortest = (float) value == value ? Float.toString((float) value) : "" + value;
    return shortest.endsWith(".0") ? shortest.substring(0, shortest.length() - 2) : shortest;
  }
}
