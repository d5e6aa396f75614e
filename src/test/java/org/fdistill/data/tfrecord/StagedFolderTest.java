package org.fdistill.data.tfrecord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StagedFolderTest {
  private static final String LOCK = ".lock";

  @TempDir Path root;

  private List<String> content() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Files that a writer was killed with, in the folder that it wrote to. */
  private void killed(String folder, String... names) throws IOException {
    Files.createDirectory(root.resolve(folder));
    for (String name : names) {
      Files.writeString(root.resolve(folder).resolve(name), name);
    }
  }

  @Test
  void filesAppearTogether() throws IOException {
    try (StagedFolder folder = StagedFolder.open(root)) {
      Files.writeString(folder.file("a.tfrecord"), "1");
      Files.writeString(folder.file("b.tfrecord"), "2");
      assertThat(content()).containsExactly(LOCK, ".unfinished");
      folder.commit();
      assertThat(content()).containsExactly(LOCK, "a.tfrecord", "b.tfrecord");
    }
    assertThat(content()).containsExactly(LOCK, "a.tfrecord", "b.tfrecord");
    assertThat(root.resolve("b.tfrecord")).hasContent("2");
  }

  @Test
  void aSecondWriterIsRefusedAndHarmsNothing() throws IOException {
    try (StagedFolder folder = StagedFolder.open(root)) {
      Files.writeString(folder.file("a"), "1");
      assertThatThrownBy(() -> StagedFolder.open(root))
          .isInstanceOf(UserError.class)
          .hasMessageContaining(root + ": another process writes files to this folder");
      folder.commit();
    }
    assertThat(root.resolve("a")).hasContent("1");
    StagedFolder.open(root).close();
  }

  @Test
  void theNextWriterDeletesWhatWasNotCommitted() throws IOException {
    killed(".unfinished", "train-00000-of-00002.tfrecord");
    Files.writeString(root.resolve(".train-00001-of-00002.tfrecord.unfinished"), "of before");
    Files.writeString(root.resolve("kept.unfinished"), "the user's");
    StagedFolder.open(root).close();
    assertThat(content()).containsExactly(LOCK, "kept.unfinished");
  }

  @Test
  void theNextWriterEndsACommitThatWasKilled() throws IOException {
    Files.writeString(root.resolve("train-00000-of-00002.tfrecord"), "there already");
    killed(".finished", "train-00001-of-00002.tfrecord", "classes.txt");
    assertThatThrownBy(() -> FilePatterns.resolve(List.of(root + "/train-*")))
        .hasMessageContaining("train-00001-of-00002.tfrecord is missing");
    assertThatThrownBy(() -> new TfRecordShards(root, "train", 3).close())
        .hasMessageContaining("train-0000")
        .hasMessageContaining("already exists");
    assertThat(content())
        .containsExactly(
            LOCK, "classes.txt", "train-00000-of-00002.tfrecord", "train-00001-of-00002.tfrecord");
    assertThat(root.resolve("train-00000-of-00002.tfrecord")).hasContent("there already");
  }

  @Test
  void namesThatAreNoneAreRefused() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");
    assertThatThrownBy(() -> StagedFolder.open(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("file is no folder");
    for (String split : List.of("", "../train", ".train")) {
      assertThatThrownBy(() -> new TfRecordShards(root, split, 1).close())
          .isInstanceOf(UserError.class)
          .hasMessageContaining("cannot be named '" + split + "-");
    }
    assertThat(content()).containsExactly(LOCK, "file");
  }
}
