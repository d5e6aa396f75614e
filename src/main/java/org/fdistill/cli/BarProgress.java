package org.fdistill.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressState;

/** Progress for a person: one line that moves. */
final class BarProgress extends ConsoleProgress {
  private static final int REFRESH_MILLIS = 250;
  private static final int BAR = 20;

  private final Console console;
  private ProgressBar bar;
  private volatile StepReport latest;

  BarProgress(Console console) {
    this.console = console;
  }

  @Override
  public void started(long totalSteps, long startStep) {
    close();
    bar =
        new ProgressBarBuilder()
            .setInitialMax(totalSteps)
            .setUpdateIntervalMillis(REFRESH_MILLIS)
            .setRenderer(this::render)
            .continuousUpdate()
            .setConsumer(new Line(console))
            .build();
    bar.stepTo(startStep);
  }

  @Override
  public void step(StepReport report) {
    latest = report;
    if (bar != null) {
      bar.stepTo(report.step());
    }
  }

  @Override
  public void message(String text) {
    if (bar == null) {
      console.note(text);
    } else {
      console.noteOver(text);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
      console.note("");
    }
  }

  private String render(ProgressState state, int width) {
    String line = line(state.getCurrent(), state.getMax(), latest, width);
    return line.substring(0, Math.min(line.length(), width));
  }

  /**
   * Such as {@code 120/500 [#####---------------] loss 0.2931 31.20 images/s ... ETA 0:42}.
   *
   * @param width that the line should not exceed: the bar takes what the figures leave
   */
  static String line(long step, long total, StepReport report, int width) {
    String counts = step + "/" + total + " ";
    String figures = report == null ? "starting" : figures(report);
    int room = width - counts.length() - figures.length() - "[] ".length();
    int length = Math.min(BAR, room);
    if (length <= 0) {
      return counts + figures;
    }
    int full = total == 0 ? length : (int) Math.min(length, length * step / total);
    return counts + "[" + "#".repeat(full) + "-".repeat(length - full) + "] " + figures;
  }

  /** Draws over the line that the cursor is on. */
  private record Line(Console console) implements ProgressBarConsumer {
    /** One less, for a cursor in the last column may be on the next line. */
    @Override
    public int getMaxRenderedLength() {
      return console.width() - 1;
    }

    @Override
    public void accept(String rendered) {
      console.redraw(rendered);
    }

    @Override
    public void close() {
      // The bar's owner ends the line.
    }
  }
}
