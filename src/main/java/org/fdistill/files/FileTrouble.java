package org.fdistill.files;

import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.util.Map;

/**
 * Why a file or folder could not be used, in words for a user. TensorFlow and Java report the same
 * conditions in different ways, and Java's message is often the path alone.
 *
 * @param path the file or folder, as the exception names it; empty where it names none
 * @param reason what is wrong, such as {@code permission denied}: no path, no full stop
 * @param advice a sentence that begins with a blank; empty where there is nothing special to advise
 */
public record FileTrouble(String path, String reason, String advice) {
  private static final Map<String, String> WORDS =
      Map.of(
          "AccessDeniedException", "permission denied",
          "DirectoryNotEmptyException", "the folder is not empty",
          "FileAlreadyExistsException", "it exists already",
          "NoSuchFileException", "there is no such file or folder",
          "NotDirectoryException", "this is no folder");

  /** Says what an exception of Java's or TensorFlow's means. */
  public static FileTrouble of(Exception failure) {
    String path =
        failure instanceof FileSystemException e && e.getFile() != null ? e.getFile() : "";
    String reason = reason(failure);
    return new FileTrouble(path, reason, advice(reason));
  }

  /** Path and reason, such as {@code /data/a: permission denied}. */
  public String located() {
    return path.isEmpty() ? reason : path + ": " + reason;
  }

  /** Path, reason and advice, for something that could not be written. */
  public String sentence() {
    return located() + "." + advice;
  }

  /** The first line of the message: TensorFlow adds lines about its graph. */
  private static String reason(Exception failure) {
    String type = failure.getClass().getSimpleName();
    if (failure instanceof FileSystemException e) {
      return e.getReason() == null ? WORDS.getOrDefault(type, type) : e.getReason();
    }
    if (failure instanceof CharacterCodingException) {
      return "it is no text in UTF-8";
    }
    String message = failure.getMessage() == null ? "" : failure.getMessage();
    return message
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .findFirst()
        .orElse(type);
  }

  private static String advice(String reason) {
    if (reason.contains("No space left on device") || reason.contains("Disk quota exceeded")) {
      return " Make room.";
    }
    if (reason.contains("ermission denied")) {
      return " Ask for the right to write there, or choose another folder.";
    }
    return reason.contains("Read-only file system")
        ? " Choose a folder on a disk that can be written to."
        : "";
  }
}
