package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.data.Examples;
import org.fdistill.data.tfrecord.StagedFolder;
import org.fdistill.testing.Signals;
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
    assertThat(run.err()).contains("cannot be read, left out: 1 file:", "broken.jpg");
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
  void filesOfOtherKindsAreCounted() throws IOException {
    Path from = root.resolve("images");
    Examples.flatFolder(from, 1);
    Files.write(from.resolve("b.webp"), new byte[1]);
    Files.createSymbolicLink(from.resolve("c.jpg"), root.resolve("gone"));
    CommandRun run =
        CommandRun.done(
            "make-data",
            "folder",
            "--from",
            from.toString(),
            "--out",
            root.resolve("x").toString());
    assertThat(run.err())
        .contains("not images by their names, left out: 1 file: 1 .webp")
        .contains(from.resolve("c.jpg") + ": no such file");
  }

  @Test
  void twoAtOnceDoNotShareAFolder() throws IOException {
    Path out = root.resolve("shapes");
    try (StagedFolder other = StagedFolder.open(out)) {
      CommandRun.fails(
          2,
          List.of(out + ": another process writes files to this folder"),
          "make-data",
          "synthetic",
          "--train=10",
          "--validation=10",
          "--side=16",
          "--out",
          other.path().toString());
    }
  }

  @Test
  void aSignalEndsItSoonAndLeavesNothing() throws Exception {
    Path out = root.resolve("shapes");
    Thread signal = new Thread(() -> terminateOnceThereIs(out.resolve(".unfinished")));
    signal.start();
    CommandRun run =
        CommandRun.of(
            "make-data", "synthetic", "--out", out.toString(), "--train=2000000", "--side=64");
    signal.join();
    assertThat(run.code()).as(run.err()).isEqualTo(143);
    assertThat(run.err())
        .contains("stopped by a signal; no files were added to " + out + ".")
        .doesNotContain("bug");
    assertThat(out.toFile().list()).containsExactly(".lock");
  }

  /** The handler is in place before the folder is. */
  private static void terminateOnceThereIs(Path folder) {
    try {
      for (int i = 0; i < 6000 && !Files.exists(folder); i++) {
        Thread.sleep(10);
      }
      Signals.send("TERM", ProcessHandle.current().pid());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
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
