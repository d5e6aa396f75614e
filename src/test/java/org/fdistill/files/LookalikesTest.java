package org.fdistill.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookalikesTest {
  @TempDir Path root;

  private void make(String... folders) throws IOException {
    for (String folder : folders) {
      Files.createFile(Files.createDirectories(root.resolve(folder)).resolve("mark"));
    }
  }

  private String hint() {
    return Lookalikes.hint(root, folder -> Files.exists(folder.resolve("mark")));
  }

  @Test
  void theOutermostFoldersAreNamed() throws IOException {
    assertThat(hint()).isEmpty();
    make("b/of", "a", "a/1", "c/too/deep");
    assertThat(hint())
        .isEqualTo("\nDid you mean " + root.resolve("a") + " or " + root.resolve("b/of") + "?");
  }

  @Test
  void ofManyAFewAreNamed() throws IOException {
    make("a", "b", "c", "d", "e");
    assertThat(hint()).contains(root.resolve("c") + ", or one of 2 more").doesNotContain("/d");
  }

  @Test
  void aFolderThatIsNotThereHasNone() {
    assertThat(Lookalikes.hint(root.resolve("none"), folder -> true)).isEmpty();
  }
}
