package org.fdistill.cli;

import java.util.function.LongSupplier;

/** Progress for logs: a line every few seconds, and one for the last step. */
final class LineProgress extends ConsoleProgress {
  private static final long INTERVAL_NANOS = 10_000_000_000L;

  private final Console console;
  private final LongSupplier clock;
  private long last;

  LineProgress(Console console) {
    this(console, System::nanoTime);
  }

  /** With a clock of nanoseconds, for tests. */
  LineProgress(Console console, LongSupplier clock) {
    this.console = console;
    this.clock = clock;
  }

  @Override
  public void started(long totalSteps, long startStep) {
    console.note(
        startStep == 0
            ? "training " + totalSteps + " steps"
            : "resuming at step " + startStep + " of " + totalSteps);
    last = clock.getAsLong();
  }

  @Override
  public void step(StepReport report) {
    long now = clock.getAsLong();
    if (now - last < INTERVAL_NANOS && report.step() < report.totalSteps()) {
      return;
    }
    last = now;
    console.note(
        String.format("step %d/%d  %s", report.step(), report.totalSteps(), figures(report)));
  }

  @Override
  public void message(String text) {
    console.note(text);
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
