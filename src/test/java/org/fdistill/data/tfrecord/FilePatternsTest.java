package org.fdistill.data.tfrecord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FilePatternsTest {
  @TempDir Path folder;

  private Path file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }

  private ThrowingCallable resolve(String pattern) {
    return () -> FilePatterns.resolve(List.of(folder + "/" + pattern));
  }

  @Test
  void aMissingFileOfASetIsNamed() throws IOException {
    for (int i : new int[] {0, 1, 3}) {
      file("train-0000" + i + "-of-00004.tfrecord");
    }
    assertThatThrownBy(resolve("train-*"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(folder.resolve("train-00002-of-00004.tfrecord") + " is missing")
        .hasMessageContaining("there are 4 of these files");
    file("train-00002-of-00004.tfrecord");
    assertThat(FilePatterns.resolve(List.of(folder + "/train-*"))).hasSize(4);
  }

  @Test
  void filesThatAreThereMayBeLeftOut() throws IOException {
    for (int i = 0; i < 3; i++) {
      file("imagenet-train.tfrecord-0000" + i + "-of-00003");
    }
    assertThat(FilePatterns.resolve(List.of(folder + "/*-0000[01]-of-*"))).hasSize(2);
    Files.delete(folder.resolve("imagenet-train.tfrecord-00002-of-00003"));
    assertThatThrownBy(resolve("*-0000[01]-of-*"))
        .hasMessageContaining("00002-of-00003 is missing");
  }

  @Test
  void twoSetsOfOneNameAreRefused() throws IOException {
    file("train-00000-of-00001.tfrecord");
    file("val-00000-of-00002.tfrecord");
    file("val-00001-of-00002.tfrecord");
    assertThat(FilePatterns.resolve(List.of(folder + "/*"))).hasSize(3);
    file("train-00000-of-00002.tfrecord");
    file("train-00001-of-00002.tfrecord");
    assertThatThrownBy(resolve("train-*")).hasMessageContaining("are of two sets of files");
    assertThat(FilePatterns.resolve(List.of(folder + "/train-*-of-00002*"))).hasSize(2);
    file("val-00002-of-00002.tfrecord");
    assertThatThrownBy(resolve("val-*"))
        .hasMessageContaining("there is no file 00002 in a set of 00002");
  }

  @Test
  void linksToNothingAreNamed() throws IOException {
    file("a.tfrecord");
    Files.createSymbolicLink(folder.resolve("b.tfrecord"), folder.resolve("gone"));
    assertThatThrownBy(resolve("*.tfrecord"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("b.tfrecord: a link to nothing");
    assertThatThrownBy(resolve("b.tfrecord")).hasMessageContaining("b.tfrecord: a link to nothing");
    assertThat(FilePatterns.resolve(List.of(folder + "/a*"))).hasSize(1);
  }

  @Test
  void hiddenFilesAreNoMatches() throws IOException {
    file("a");
    file(".b");
    file(".hidden/c");
    assertThat(FilePatterns.resolve(List.of(folder + "/**"))).containsExactly(folder.resolve("a"));
    assertThat(FilePatterns.resolve(List.of(folder + "/.hidden/*"))).hasSize(1);
  }

  @Test
  void aNameThatIsThereStandsForItself() throws IOException {
    Path file = file("data[1]/{x/a*b");
    assertThat(FilePatterns.resolve(List.of(file.toString()))).containsExactly(file);
    assertThat(FilePatterns.resolve(List.of(file.getParent() + "/a*"))).containsExactly(file);
  }

  @Test
  void whatIsNoPathOrPatternIsAUsersMistake() {
    assertThatThrownBy(resolve("a\0b"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a?b' is no path: Nul character not allowed");
    for (String pattern : List.of("train-[0", "train-{0", "x[/y", "a{b{c}}")) {
      assertThatThrownBy(resolve(pattern))
          .as(pattern)
          .isInstanceOf(UserError.class)
          .hasMessageContaining(pattern + " is neither a file nor a pattern");
    }
  }

  @Test
  void pipesAreNotOpened() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(resolve("pipe"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("pipe is no regular file");
  }
}
