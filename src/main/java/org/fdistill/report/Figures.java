package org.fdistill.report;

import java.util.Collection;
import java.util.Locale;
import org.fdistill.config.Printable;
import org.fdistill.task.Student;

/** Numbers and names as a reader takes them in. */
final class Figures {
  private static final double SCIENTIFIC_FROM = 1e7;
  private static final double SCIENTIFIC_BELOW = 1e-4;

  private Figures() {}

  /** Four significant digits; whole numbers whole; a dash for none. */
  static String of(double value) {
    if (Double.isNaN(value)) {
      return "\u2013";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "\u221e" : "-\u221e";
    }
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < SCIENTIFIC_FROM) {
      return whole((long) value);
    }
    if (size >= SCIENTIFIC_FROM || size < SCIENTIFIC_BELOW) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  /** With commas between thousands. */
  static String whole(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** Such as 2 h 05 min, 3 min 20 s or 4.2 s. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole >= 3600) {
      return String.format(Locale.ROOT, "%,d h %02d min", whole / 3600, whole % 3600 / 60);
    }
    return whole >= 60
        ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%.1f s", seconds);
  }

  /**
   * A figure of a run, in words.
   *
   * @param name such as validation_loss
   * @param all names of the run's figures
   */
  static String title(String name, Collection<String> all) {
    return title(Student.figureTitle(name, all));
  }

  /** A name from a file, such as gradient_norm, in words. */
  static String title(String name) {
    String known =
        switch (name) {
          case "images_per_second" -> "Images a second";
          case "data_wait_share" -> "Share of time spent waiting for data";
          default -> "";
        };
    if (!known.isEmpty() || name.isEmpty()) {
      return known;
    }
    String words =
        Printable.line(name)
            .replace('_', ' ')
            .replaceAll("\\btop(\\d)", "top-$1")
            .replaceAll("\\bknn\\b", "kNN")
            .replaceAll("\\bmiou\\b", "mean IoU")
            .replaceAll("\\bpredict zero loss\\b", "loss of predicting zero");
    if (words.startsWith("kNN")) {
      return words;
    }
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
