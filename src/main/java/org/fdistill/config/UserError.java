package org.fdistill.config;

import java.util.Optional;

/**
 * A mistake or a condition that the user can mend. Its message says what is wrong, where, what was
 * found, what was expected and what to do next; the command line prints it without a stack trace.
 */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the process reports to its caller. */
  public enum Kind {
    /** The run itself failed: a non-finite loss, no room on the disk. Exit code 1. */
    RUN(1),
    /** Wrong options, or a config that cannot be run. Exit code 2. */
    USAGE(2),
    /** An input file that is missing or not what it should be. Exit code 3. */
    INPUT(3);

    private final int exitCode;

    Kind(int exitCode) {
      this.exitCode = exitCode;
    }

    /** The exit code of the process. */
    public int exitCode() {
      return exitCode;
    }
  }

  private final Kind kind;

  /**
   * Makes an error.
   *
   * @param kind decides the exit code
   * @param message one or more lines for the user
   */
  public UserError(Kind kind, String message) {
    super(Printable.lines(message));
    this.kind = kind;
  }

  /**
   * Makes an error with a cause, which is shown under {@code --verbose} only.
   *
   * @param kind decides the exit code
   * @param message one or more lines for the user
   * @param cause what was caught
   */
  public UserError(Kind kind, String message, Throwable cause) {
    super(Printable.lines(message), cause);
    this.kind = kind;
  }

  /** A failed run. */
  public static UserError run(String message) {
    return new UserError(Kind.RUN, message);
  }

  /** A wrong option or config value. */
  public static UserError usage(String message) {
    return new UserError(Kind.USAGE, message);
  }

  /** A missing or unusable input file. */
  public static UserError input(String message) {
    return new UserError(Kind.INPUT, message);
  }

  /** What to throw for a failure: the user's error that explains it, or the failure itself. */
  public static RuntimeException explaining(
      Optional<UserError> explanation, RuntimeException failure) {
    return explanation.isPresent() ? explanation.get() : failure;
  }

  /** What went wrong, as an exit code. */
  public Kind kind() {
    return kind;
  }
}
