package org.fdistill.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.fdistill.task.Student;
import org.fdistill.train.ProgressListener;

/** Progress on the console; closing it ends the display. */
public abstract sealed class ConsoleProgress implements ProgressListener, AutoCloseable
    permits BarProgress, LineProgress {

  @Override
  public void checkpoint(Path folder) {
    message("checkpoint " + folder);
  }

  @Override
  public void validation(Map<String, Double> values) {
    message("validation  " + figures(values));
  }

  @Override
  public abstract void close();

  /**
   * Loss and what it is made of, speed, wait for data and the time that is left, without the step.
   * What is not known yet, such as the speed before the second step of a process, is left out.
   */
  static String figures(StepReport report) {
    StringBuilder figures =
        new StringBuilder(Student.figureTitle("loss", report.losses().keySet()));
    figures.append(" ").append(figure(report.loss()));
    if (!report.losses().isEmpty()) {
      figures.append(" (").append(figures(report.losses())).append(")");
    }
    if (Double.isFinite(report.imagesPerSecond())) {
      figures.append("  ").append(figure(report.imagesPerSecond())).append(" images/s");
    }
    if (Double.isFinite(report.dataWaitShare())) {
      figures.append(
          String.format(Locale.ROOT, "  data wait %.0f %%", 100 * report.dataWaitShare()));
    }
    return figures.append("  ETA ").append(clock(report.etaSeconds())).toString();
  }

  /** Names and values of a run, or of one of its validations. */
  static String figures(Map<String, Double> values) {
    return values.entrySet().stream()
        .map(e -> Student.figureTitle(e.getKey(), values.keySet()) + " " + figure(e.getValue()))
        .collect(Collectors.joining("  "));
  }

  /** Four significant digits. */
  static String figure(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value) || size == 0) {
      return size == 0 ? "0" : String.valueOf(value);
    }
    if (size < 1e-3 || size >= 1e6) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** Such as 2:05:09 or 3:07; a question mark where it is not known. */
  static String clock(double seconds) {
    if (!Double.isFinite(seconds) || seconds < 0) {
      return "?";
    }
    long whole = Math.round(seconds);
    long minutes = whole / 60;
    return minutes < 60
        ? String.format("%d:%02d", minutes, whole % 60)
        : String.format("%d:%02d:%02d", minutes / 60, minutes % 60, whole % 60);
  }
}
