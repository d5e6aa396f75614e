package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.data.Examples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MakeDataCommandTest {
  @TempDir Path root;

  @Test
  void syntheticShapesAreWrittenOnce() throws IOException {
    Path out = root.resolve("shapes");
    String[] words = {
      "make-data",
      "synthetic",
      "--out",
      out.toString(),
      "--train=20",
      "--validation=10",
      "--side=24"
    };
    CommandRun run = CommandRun.done(words);
    assertThat(run.out())
        .isEqualTo("20 training and 10 validation images of 10 classes in " + out + "\n");
    assertThat(run.err()).contains("tfrecord { path: \"" + out + "/train-*\" }");
    assertThat(Files.readAllLines(out.resolve("classes.txt"))).hasSize(10);
    CommandRun.fails(2, List.of("train-00000-of-00001.tfrecord already exists"), words);
  }

  @Test
  void aFolderIsPackedAndBadFilesAreNamed() throws IOException {
    Path from = root.resolve("images");
    Examples.flatFolder(from.resolve("a"), 2);
    Examples.flatFolder(from.resolve("b"), 3);
    Files.writeString(from.resolve("b/broken.jpg"), "no image");
    Path out = root.resolve("packed");
    CommandRun run =
        CommandRun.done(
            "make-data",
            "folder",
            "--from",
            from.toString(),
            "--out",
            out.toString(),
            "--shards=2",
            "--name=validation");
    assertThat(run.out()).isEqualTo("5 images in 2 files in " + out + "\n");
    assertThat(run.err()).contains("1 files cannot be read and were left out", "broken.jpg");
    assertThat(out).isDirectoryContaining("glob:**/validation-00001-of-00002.tfrecord");
  }

  @Test
  void splitsOfOtherClassesDoNotShareAFolder() throws IOException {
    Path out = root.resolve("packed");
    Examples.flatFolder(root.resolve("one/cat"), 1);
    Examples.flatFolder(root.resolve("two/dog"), 1);
    String from = root.resolve("one").toString();
    CommandRun.done("make-data", "folder", "--from", from, "--out", out.toString());
    CommandRun.fails(
        2,
        List.of("names other classes: 1 class (cat) instead of 1 class (dog)"),
        "make-data",
        "folder",
        "--from",
        root.resolve("two").toString(),
        "--out",
        out.toString(),
        "--name=validation");
    assertThat(out.toFile().list()).noneMatch(name -> name.contains("validation"));
  }

  @Test
  void mistakesOnTheCommandLine() {
    CommandRun.fails(
        2,
        List.of("no kind of data 'sintetic'. Did you mean 'synthetic'?"),
        "make-data",
        "sintetic",
        "--out=x");
    CommandRun.fails(2, List.of("--out DIR is missing"), "make-data", "synthetic");
    CommandRun.fails(
        2,
        List.of("--side is no option of make-data folder"),
        "make-data",
        "folder",
        "--out=x",
        "--from=y",
        "--side=3");
    CommandRun.fails(
        3,
        List.of("no such folder"),
        "make-data",
        "folder",
        "--out",
        root.resolve("x").toString(),
        "--from",
        root.resolve("nowhere").toString());
    assertThat(root.resolve("x")).doesNotExist();
  }

  @Test
  void anEmptyFolderIsAnError() throws IOException {
    Path empty = Files.createDirectory(root.resolve("empty"));
    CommandRun.fails(
        3,
        List.of(empty + " holds no images"),
        "make-data",
        "folder",
        "--out",
        root.resolve("x").toString(),
        "--from",
        empty.toString());
  }
}
