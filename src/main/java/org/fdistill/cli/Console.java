package org.fdistill.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/**
 * Where a command speaks: results go to standard output, all else (progress, notes, warnings) to
 * standard error, so that results can be piped. Colours only on a terminal, and never under {@code
 * NO_COLOR}. Text of whatever origin is shown by {@link TerminalText}.
 */
public final class Console {
  /** Wipes the terminal's current line. */
  private static final String CLEAR_LINE = "\r\u001b[2K";

  private static final int DEFAULT_WIDTH = 100;

  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;
  private final boolean colour;
  private final int width;

  /**
   * Makes a console.
   *
   * @param terminal whether a person watches {@code err}
   * @param environment for NO_COLOR, TERM and COLUMNS
   */
  Console(PrintStream out, PrintStream err, boolean terminal, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.terminal = terminal && !"dumb".equals(environment.get("TERM"));
    this.colour = this.terminal && environment.getOrDefault("NO_COLOR", "").isEmpty();
    this.width = width(environment.getOrDefault("COLUMNS", ""));
  }

  /** The process's own streams. The launcher says whether standard error is a terminal. */
  static Console ofProcess() {
    boolean terminal = Boolean.getBoolean("fdistill.terminal");
    return new Console(System.out, System.err, terminal, System.getenv());
  }

  private static int width(String columns) {
    return columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : DEFAULT_WIDTH;
  }

  /** A line of the result. */
  public void print(String line) {
    out.println(TerminalText.lines(line));
  }

  /** A table of the result. */
  public void print(Table table) {
    table.lines().forEach(this::print);
  }

  /** A line beside the result. */
  public void note(String line) {
    err.println(TerminalText.message(line));
  }

  /** As {@link #note}, in place of the terminal's current line. */
  void noteOver(String line) {
    err.println(CLEAR_LINE + TerminalText.message(line));
  }

  /** A line that should not be missed. */
  public void warn(String line) {
    err.println(coloured("33", "warning: ") + TerminalText.message(line));
  }

  /** An error, before the process ends. */
  void error(String message) {
    err.println(coloured("31", "error: ") + TerminalText.message(message));
  }

  /** Where a failure happened, for those who asked. */
  void trace(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    err.print(TerminalText.lines(trace.toString()));
  }

  /** Progress of a run: a bar on a terminal, else a line now and then. */
  public ConsoleProgress progress() {
    return terminal ? new BarProgress(this) : new LineProgress(this);
  }

  /** Whether a person watches. */
  boolean isTerminal() {
    return terminal;
  }

  /** Puts a text in place of the terminal's current line. */
  void redraw(String text) {
    err.print(CLEAR_LINE + TerminalText.part(text));
    err.flush();
  }

  /** Columns of the terminal, or a default. */
  int width() {
    return width;
  }

  private String coloured(String code, String text) {
    return colour ? "\u001b[1;" + code + "m" + text + "\u001b[0m" : text;
  }
}
