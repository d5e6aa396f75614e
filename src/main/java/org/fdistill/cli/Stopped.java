package org.fdistill.cli;

/** A signal stopped a command, which has told the user; only the exit code is left to give. */
final class Stopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  Stopped(int exitCode) {
    super("stopped by a signal");
    this.exitCode = exitCode;
  }

  /** The shell's: 128 and the signal's number. */
  int exitCode() {
    return exitCode;
  }
}
