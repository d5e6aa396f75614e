package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;

/**
 * What a failed command tells its user.
 *
 * @param message what went wrong and what to do
 * @param exitCode of the process
 */
record ErrorReport(String message, int exitCode) {
  private static final int FAILED = UserError.Kind.RUN.exitCode();

  /** Finds the right words for a failure. */
  static ErrorReport of(Throwable failure) {
    return of(failure, System.getProperty("sun.jnu.encoding", UTF_8.name()));
  }

  /**
   * As {@link #of(Throwable)}.
   *
   * @param encoding of the names of files, which Java takes from the locale
   */
  static ErrorReport of(Throwable failure, String encoding) {
    ErrorReport report = plain(failure);
    boolean readable =
        encoding.equalsIgnoreCase(UTF_8.name()) || US_ASCII.newEncoder().canEncode(report.message);
    return readable
        ? report
        : new ErrorReport(
            report.message
                + "\nNames are read and written here as "
                + encoding
                + ", as the locale says, which has not all letters. Set LC_ALL=C.UTF-8.",
            report.exitCode);
  }

  private static ErrorReport plain(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Optional<ErrorReport> report = known(cause);
      if (report.isPresent()) {
        return report.get();
      }
    }
    return new ErrorReport(
        "unexpected "
            + describe(failure)
            + "\nThis is a bug in fdistill. --verbose shows where it happened.",
        FAILED);
  }

  private static Optional<ErrorReport> known(Throwable cause) {
    if (cause instanceof UserError error) {
      return Optional.of(new ErrorReport(error.getMessage(), error.kind().exitCode()));
    }
    String text = String.valueOf(cause.getMessage());
    if (text.contains("No space left on device") || text.contains("Disk quota exceeded")) {
      return failed(
          "the disk is full: "
              + text.lines().findFirst().orElse(text)
              + "\nFree some space and start again; a run goes on from its last checkpoint.");
    }
    if (text.contains("OOM when allocating") || text.contains("out of memory")) {
      return failed(
          "TensorFlow ran out of memory: "
              + text
              + "\nUse a smaller train_data.batch_size, or a larger optimizer.accumulation for the"
              + " same batch in smaller parts.");
    }
    if (cause instanceof OutOfMemoryError) {
      return failed(
          "Java ran out of memory: "
              + text
              + "\nGive it more with FDISTILL_JAVA_OPTS, such as FDISTILL_JAVA_OPTS=-Xmx4g.");
    }
    if (cause instanceof UnsatisfiedLinkError) {
      return failed("a native library does not load: " + text + "\nSee: fdistill doctor");
    }
    if (cause instanceof InvalidPathException) {
      return Optional.of(
          new ErrorReport("this is no path: " + text, UserError.Kind.USAGE.exitCode()));
    }
    if (cause instanceof FileSystemException error) {
      return failed(FileTrouble.of(error).located());
    }
    return Optional.empty();
  }

  private static Optional<ErrorReport> failed(String message) {
    return Optional.of(new ErrorReport(message, FAILED));
  }

  private static String describe(Throwable failure) {
    String message = failure.getMessage() == null ? "" : ": " + failure.getMessage();
    return failure.getClass().getSimpleName() + message;
  }
}
