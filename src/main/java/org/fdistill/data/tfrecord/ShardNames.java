package org.fdistill.data.tfrecord;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fdistill.config.UserError;

/**
 * Names of sets of files, {@code train-00003-of-00008.tfrecord}: each says how many files the set
 * has, so that a missing one can be told.
 */
public final class ShardNames {
  /** What names end in that are made here. */
  static final String ENDING = ".tfrecord";

  private static final Pattern NAME =
      Pattern.compile("(.*?)(\\d{1,9})-of-(\\d{1,9})(|\\D.*)", Pattern.DOTALL);

  private ShardNames() {}

  /** The name of file {@code shard}, from 0, of a set of {@code shards}. */
  public static String of(String split, int shard, int shards) {
    return split + "-" + digits(shard, 5) + "-of-" + digits(shards, 5) + ENDING;
  }

  /** Whether a name is one of a split's, in a set of any number. */
  static boolean isOf(String split, String name) {
    return name.startsWith(split + "-") && name.endsWith(ENDING);
  }

  /**
   * Looks for the other files of each file's set. A file that is there but was not chosen may be
   * left out on purpose; one that is not there has been lost.
   *
   * @throws UserError of kind input, where one is missing, or two sets stand under one name
   */
  static void requireWhole(Collection<Path> files) {
    SortedMap<Path, Path> sets = new TreeMap<>();
    for (Path file : files) {
      Matcher name = match(file);
      if (name.matches()) {
        // Of each set one file is enough to know the names of the others.
        Path set = file.resolveSibling(name.group(1) + "#" + name.group(4));
        Path other = sets.putIfAbsent(set, file);
        requireOneSet(file, name, other == null ? file : other);
      }
    }
    sets.values().forEach(ShardNames::requireOthers);
  }

  private static void requireOneSet(Path file, Matcher name, Path other) {
    Matcher first = match(other);
    if (first.matches() && !first.group(3).equals(name.group(3))) {
      throw UserError.input(
          "%s and %s are of two sets of files. Remove one set, or name one of them."
              .formatted(other, file.getFileName()));
    }
    if (Integer.parseInt(name.group(2)) >= Integer.parseInt(name.group(3))) {
      throw UserError.input(
          "%s: there is no file %s in a set of %s, which starts with 0. Rename the file."
              .formatted(file, name.group(2), name.group(3)));
    }
  }

  private static void requireOthers(Path file) {
    Matcher name = match(file);
    int shards = name.matches() ? Integer.parseInt(name.group(3)) : 0;
    for (int i = 0; i < shards; i++) {
      String number = digits(i, name.group(2).length());
      Path shard =
          file.resolveSibling(name.group(1) + number + "-of-" + name.group(3) + name.group(4));
      if (!Files.exists(shard, LinkOption.NOFOLLOW_LINKS)) {
        throw UserError.input(
            "%s is missing: by their names there are %d of these files. %s"
                .formatted(shard, shards, "Copy the set again, or make it anew."));
      }
    }
  }

  /** Java cannot write a name again that it could not decode; such a set is taken as it is. */
  private static Matcher match(Path file) {
    String name = String.valueOf(file.getFileName());
    return NAME.matcher(name.indexOf('\ufffd') < 0 ? name : "");
  }

  /** A number with leading zeros, in ASCII whatever the locale. */
  private static String digits(int number, int width) {
    String text = Integer.toString(number);
    return "0".repeat(Math.max(0, width - text.length())) + text;
  }
}
