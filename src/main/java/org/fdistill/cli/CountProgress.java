package org.fdistill.cli;

import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/** Progress of work that counts: one line that changes on a terminal, else a line now and then. */
final class CountProgress implements LongConsumer, AutoCloseable {
  private static final long REDRAW_NANOS = 200_000_000L;
  private static final long LINE_NANOS = 10_000_000_000L;

  private final Console console;
  private final LongFunction<String> line;
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
    this(console, done -> String.format(Locale.ROOT, "%,d %s", done, what), clock);
  }

  /**
   * With a line of its own.
   *
   * @param line says how many are done
   */
  CountProgress(Console console, LongFunction<String> line) {
    this(console, line, System::nanoTime);
  }

  private CountProgress(Console console, LongFunction<String> line, LongSupplier clock) {
    this.console = console;
    this.line = line;
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
    String text = line.apply(done);
    if (console.isTerminal()) {
      console.redraw(text);
      drawn = true;
    } else {
      console.note(text);
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
