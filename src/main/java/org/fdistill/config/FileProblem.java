package org.fdistill.config;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Map;

/** Why a file or folder could not be used, in words. */
public final class FileProblem {
  /** Java's messages for these are the path alone. */
  private static final Map<String, String> WORDS =
      Map.of(
          "AccessDeniedException", "permission denied",
          "DirectoryNotEmptyException", "the folder is not empty",
          "FileAlreadyExistsException", "it exists already",
          "NoSuchFileException", "there is no such file or folder",
          "NotDirectoryException", "this is no folder");

  private FileProblem() {}

  /**
   * The reason, without the path where Java tells them apart; such as {@code permission denied}.
   * Name the path beside it.
   */
  public static String reason(IOException failure) {
    if (failure instanceof FileSystemException known && known.getReason() != null) {
      return known.getReason();
    }
    String type = failure.getClass().getSimpleName();
    return WORDS.getOrDefault(type, failure.getMessage() == null ? type : failure.getMessage());
  }

  /** Path and reason, such as {@code /data/a: permission denied}. */
  public static String text(FileSystemException failure) {
    return failure.getFile() + ": " + reason(failure);
  }
}
