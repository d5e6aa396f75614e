package org.fdistill.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTroubleTest {
  @TempDir Path root;

  @Test
  void reasonsAreWordsEvenWhereJavaGivesThePathAlone() {
    assertReason("permission denied", new AccessDeniedException("/a"));
    assertReason("this is no folder", new NotDirectoryException("/a"));
    assertReason(
        "Read-only file system", new FileSystemException("/a", null, "Read-only file system"));
    assertReason("it is no text in UTF-8", new MalformedInputException(1));
    assertReason("Broken pipe", new IOException("Broken pipe"));
    assertReason("IOException", new IOException());
  }

  @Test
  void sentencesNameThePathAndWhatToDo() {
    assertThat(FileTrouble.of(new AccessDeniedException("/a")).sentence())
        .isEqualTo(
            "/a: permission denied. Ask for the right to write there, or choose another folder.");
    assertThat(FileTrouble.of(new FileSystemException("/a", null, "No space left on device")))
        .extracting(FileTrouble::sentence)
        .isEqualTo("/a: No space left on device. Make room.");
    assertThat(FileTrouble.of(new IOException("Broken pipe")).sentence()).isEqualTo("Broken pipe.");
  }

  @Test
  void ofTensorFlowsMessageTheFirstLineIsShown() {
    assertThat(
            FileTrouble.of(new IllegalStateException("/b/x; Read-only file system\n\t [[{{n}}]]"))
                .sentence())
        .isEqualTo(
            "/b/x; Read-only file system. Choose a folder on a disk that can be written to.");
  }

  private static void assertReason(String expected, IOException failure) {
    assertThat(FileTrouble.of(failure).reason()).isEqualTo(expected);
  }

  @Test
  void whatJavaThrowsIsKnown() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");
    assertThat(reason(() -> Files.readString(root.resolve("none"))))
        .isEqualTo("there is no such file or folder");
    assertThat(reason(() -> Files.createDirectory(root))).isEqualTo("it exists already");
    assertThat(reason(() -> Files.delete(root))).isEqualTo("the folder is not empty");
    assertThat(reason(() -> list(file))).isEqualTo("this is no folder");
  }

  private static void list(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).isEmpty();
    }
  }

  private interface Access {
    void run() throws IOException;
  }

  private static String reason(Access access) {
    try {
      access.run();
    } catch (IOException e) {
      return FileTrouble.of(e).reason();
    }
    throw new AssertionError("it worked");
  }
}
