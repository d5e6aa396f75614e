package org.fdistill.data;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.fdistill.data.tfrecord.VisibleFiles;

/** Counts the files of a folder that are no images, by kind. */
final class LeftOutFiles {
  /** Kinds that are named; the rest is counted together. */
  private static final int NAMED = 8;

  private static final Pattern PLAIN = Pattern.compile("\\.[a-z0-9_+-]{1,12}");

  private final Map<String, Long> counts = new TreeMap<>();

  void add(VisibleFiles.Entry entry) {
    counts.merge(kind(entry), 1L, Long::sum);
  }

  private static String kind(VisibleFiles.Entry entry) {
    if (entry.isDangling()) {
      return "links to nothing";
    }
    if (entry.attributes().isOther()) {
      return "pipes or devices";
    }
    String name = entry.path().getFileName().toString();
    int dot = name.lastIndexOf('.');
    if (dot < 0) {
      return "without an ending";
    }
    String ending = name.substring(dot).toLowerCase(Locale.ROOT);
    return PLAIN.matcher(ending).matches() ? ending : "of other kinds";
  }

  /** In words, the most frequent kinds first, such as {@code 3 files: 2 .webp, 1 .tif}. */
  @Override
  public String toString() {
    if (counts.isEmpty()) {
      return "";
    }
    Comparator<Map.Entry<String, Long>> frequent =
        Map.Entry.comparingByValue(Comparator.reverseOrder());
    String kinds =
        counts.entrySet().stream()
            .sorted(frequent)
            .limit(NAMED)
            .map(kind -> kind.getValue() + " " + kind.getKey())
            .collect(Collectors.joining(", "));
    long files = counts.values().stream().mapToLong(Long::longValue).sum();
    return files
        + (files == 1 ? " file: " : " files: ")
        + kinds
        + (counts.size() > NAMED ? ", ..." : "");
  }

  /** The end of a message; empty where nothing was left out. */
  String sentence() {
    return counts.isEmpty() ? "" : " Not read: " + this + ".";
  }
}
