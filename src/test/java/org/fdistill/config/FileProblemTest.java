package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileProblemTest {
  @TempDir Path root;

  @Test
  void reasonsAreWordsEvenWhereJavaGivesThePathAlone() {
    assertThat(FileProblem.reason(new AccessDeniedException("/a"))).isEqualTo("permission denied");
    assertThat(FileProblem.reason(new NotDirectoryException("/a"))).isEqualTo("this is no folder");
    assertThat(FileProblem.reason(new FileSystemException("/a", null, "Read-only file system")))
        .isEqualTo("Read-only file system");
    assertThat(FileProblem.reason(new IOException("Broken pipe"))).isEqualTo("Broken pipe");
    assertThat(FileProblem.reason(new IOException())).isEqualTo("IOException");
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
      return FileProblem.reason(e);
    }
    throw new AssertionError("it worked");
  }
}
