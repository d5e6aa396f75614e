package org.fdistill.files;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * Why something could not be written, in words for a user. TensorFlow and Java report the same
 * conditions in different ways.
 *
 * @param reason what is wrong, without a full stop at the end
 * @param advice a sentence that begins with a blank; empty where there is nothing special to advise
 */
public record FileTrouble(String reason, String advice) {
  /** Says what an exception of Java's or TensorFlow's means. */
  public static FileTrouble of(Exception failure) {
    String text = text(failure);
    if (text.contains("No space left on device") || text.contains("Disk quota exceeded")) {
      return new FileTrouble(text, " Make room.");
    }
    if (failure instanceof AccessDeniedException || text.contains("Permission denied")) {
      return new FileTrouble(
          withPath(failure, "permission denied"),
          " Ask for the right to write there, or choose another folder.");
    }
    if (text.contains("Read-only file system")) {
      return new FileTrouble(text, " Choose a folder on a disk that can be written to.");
    }
    if (failure instanceof NoSuchFileException) {
      return new FileTrouble(withPath(failure, "there is no such file or folder"), "");
    }
    return new FileTrouble(text, "");
  }

  /** The first line: TensorFlow adds lines about its graph. */
  private static String text(Exception failure) {
    String message = String.valueOf(failure.getMessage()).strip();
    String first = message.lines().findFirst().orElse("").strip();
    boolean bare = failure instanceof FileSystemException e && e.getReason() == null;
    return bare
        ? first + ": " + failure.getClass().getSimpleName().replace("Exception", "")
        : first;
  }

  private static String withPath(Exception failure, String reason) {
    return failure instanceof FileSystemException e ? e.getFile() + ": " + reason : text(failure);
  }
}
