package org.fdistill.cli;

import java.nio.file.FileSystemException;
import java.util.Optional;
import org.fdistill.config.UserError;

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
              + text
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
    if (cause instanceof FileSystemException error) {
      return failed(fileProblem(error));
    }
    return Optional.empty();
  }

  private static Optional<ErrorReport> failed(String message) {
    return Optional.of(new ErrorReport(message, FAILED));
  }

  /** Java's own message is the path alone where it has no reason. */
  private static String fileProblem(FileSystemException error) {
    String reason =
        error.getReason() == null
            ? error.getClass().getSimpleName().replace("Exception", "")
            : error.getReason();
    return error.getFile() + ": " + reason;
  }

  private static String describe(Throwable failure) {
    String message = failure.getMessage() == null ? "" : ": " + failure.getMessage();
    return failure.getClass().getSimpleName() + message;
  }
}
