package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs of {@code import-teacher}.
 *
 * @param folder below which the teacher is written
 */
record Importing(Path folder) {
  /** Where the teacher is written. */
  Path out() {
    return folder.resolve("models/teacher");
  }

  CommandRun done(String arch, Path checkpoint, String... more) {
    return CommandRun.done(words(arch, checkpoint, more));
  }

  CommandRun of(String arch, Path checkpoint, String... more) {
    return CommandRun.of(words(arch, checkpoint, more));
  }

  /** It must fail, and leave nothing behind. */
  void fails(int code, List<String> parts, String arch, Path checkpoint, String... more) {
    CommandRun.fails(code, parts, words(arch, checkpoint, more));
    assertThat(out()).doesNotExist();
    try (Stream<Path> left =
        Files.exists(out().getParent()) ? Files.list(out().getParent()) : Stream.empty()) {
      assertThat(left).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String[] words(String arch, Path checkpoint, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "import-teacher",
                "--arch=" + arch,
                "--checkpoint=" + checkpoint,
                "--out=" + out()));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }
}
