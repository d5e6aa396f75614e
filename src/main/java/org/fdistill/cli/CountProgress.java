package org.fdistill.cli;

import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Progress of work that counts: one line that changes on a terminal, else a line now and then. */
final class CountProgress implements LongConsumer, AutoCloseable {
  private static final long REDRAW_NANOS = 200_000_000L;
  private static final long LINE_NANOS = 10_000_000_000L;

  private final Console console;
  private final String what;
  private final LongSupplier clock;
  private long last;
  private boolean drawn;

  /**
   * Starts the clock; the first line comes only after a while.
   *
   * @param what is counted, such as {@code images written}
   */
  CountProgress(Console console, String what) {
    this(console, what, System::nanoTime);
  }

  /** With a clock of nanoseconds, for tests. */
  CountProgress(Console console, String what, LongSupplier clock) {
    this.console = console;
    this.what = what;
    this.clock = clock;
    this.last = clock.getAsLong();
  }

  /** So many are done. */
  @Override
  public void accept(long done) {
    long now = clock.getAsLong();
    if (now - last < (console.isTerminal() ? REDRAW_NANOS : LINE_NANOS)) {
      return;
    }
    last = now;
    String line = String.format(Locale.ROOT, "%,d %s", done, what);
    if (console.isTerminal()) {
      console.redraw(line);
      drawn = true;
    } else {
      console.note(line);
    }
  }

  /** Wipes the line. */
  @Override
  public void close() {
    if (drawn) {
      console.redraw("");
    }
  }
}
