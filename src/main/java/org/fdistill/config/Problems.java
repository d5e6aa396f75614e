package org.fdistill.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Collects what is wrong with a config, so that one run shows it all. */
public final class Problems {
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
  Problems at(String known, String actual) {
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

  /** Demands a finite number above zero. */
  public void positive(double value, String path) {
    unless(
        Double.isFinite(value) && value > 0,
        path,
        String.format("must be above 0, found %s", plain(value)));
  }

  /** Demands a whole number above zero. */
  public void positive(long value, String path) {
    unless(value > 0, path, String.format("must be above 0, found %d", value));
  }

  /** Demands a whole number that is zero or above. */
  public void notNegative(long value, String path) {
    unless(value >= 0, path, String.format("must be 0 or above, found %d", value));
  }

  /** Demands a finite number that is zero or above. */
  public void notNegative(double value, String path) {
    unless(
        Double.isFinite(value) && value >= 0,
        path,
        String.format("must be 0 or above, found %s", plain(value)));
  }

  /** Demands a number from {@code low} to {@code high}, both included. */
  public void within(double value, double low, double high, String path) {
    unless(
        value >= low && value <= high,
        path,
        String.format("must be from %s to %s, found %s", plain(low), plain(high), plain(value)));
  }

  /** Demands a number from 0 to 1, 1 not included. */
  public void share(double value, String path) {
    unless(
        value >= 0 && value < 1,
        path,
        String.format("must be 0 or above and below 1, found %s", plain(value)));
  }

  /** Stops with all problems, if there are any. */
  void report() {
    if (found.isEmpty()) {
      return;
    }
    String count = found.size() == 1 ? "a problem" : found.size() + " problems";
    throw UserError.usage(origin.source() + " has " + count + ":\n  " + String.join("\n  ", found));
  }

  /** A float's own digits rather than those of the double it was widened to; no ".0". */
  static String plain(double value) {
    String shortest = (float) value == value ? Float.toString((float) value) : "" + value;
    return shortest.endsWith(".0") ? shortest.substring(0, shortest.length() - 2) : shortest;
  }
}
