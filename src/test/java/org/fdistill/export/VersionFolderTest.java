package org.fdistill.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.testing.JavaChild;
import org.fdistill.testing.Signals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionFolderTest {
  @TempDir Path root;

  /**
   * What the child runs: it begins a version and waits.
   *
   * @param arguments the model's folder
   */
  public static void main(String[] arguments) throws Exception {
    try (VersionFolder version = new VersionFolder(Path.of(arguments[0]))) {
      Files.writeString(
          Files.createDirectory(version.begin().resolve("variables")).resolve("a"), "a");
      System.out.println("begun");
      Thread.sleep(60_000);
    }
  }

  private static Process child(Path model) throws IOException {
    Process child =
        JavaChild.of(VersionFolderTest.class, model.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(child.inputReader().readLine()).isEqualTo("begun");
    return child;
  }

  @Test
  void aVersionLikeTheNewestIsNoNewOne() throws Exception {
    Path model = root.resolve("model");
    assertThat(versions(model, "a weights")).containsExactly("1");
    assertThat(versions(model, "a weights")).containsExactly("1");
    assertThat(names(model)).containsExactlyInAnyOrder(".lock", "1");
    assertThat(versions(model, "a weightz")).containsExactly("2");
    assertThat(versions(model, "b weightz")).containsExactly("3");
    assertThat(versions(model, "a weights")).containsExactly("4");
  }

  /** A server takes the newest: what was one of several once, and is not now, is written anew. */
  @Test
  void ofSeveralVersionsThoseThatAreThereStay() throws Exception {
    Path model = root.resolve("model");
    versions(model, "a small");
    assertThat(versions(model, "a small", "a large")).containsExactly("1", "2");
    assertThat(versions(model, "a small", "a large")).containsExactly("1", "2");
    assertThat(versions(model, "a large", "a huge")).containsExactly("2", "3");
    assertThat(versions(model, "a small", "a large")).containsExactly("4", "5");
    assertThat(names(model)).containsExactlyInAnyOrder(".lock", "1", "2", "3", "4", "5");
    assertThat(model.resolve("4/variables/a")).hasContent("small");
    assertThat(model.resolve("5/variables/a")).hasContent("large");
  }

  /** Above the highest in number, not in spelling. */
  @Test
  void theTenthFollowsTheNinth() throws Exception {
    Path model = root.resolve("model");
    for (int i = 1; i <= 10; i++) {
      assertThat(versions(model, "a " + i)).containsExactly("" + i);
    }
    assertThat(versions(model, "a 9", "a 10", "a 11")).containsExactly("9", "10", "11");
  }

  /**
   * The numbers of some versions.
   *
   * @param files of each one its file and what is in it
   */
  private static List<String> versions(Path model, String... files) throws IOException {
    try (VersionFolder folder = new VersionFolder(model)) {
      for (String file : files) {
        String[] parts = file.split(" ", 2);
        Files.writeString(
            Files.createDirectory(folder.begin().resolve("variables")).resolve(parts[0]), parts[1]);
      }
      return folder.commit().stream().map(v -> v.path().getFileName().toString()).toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
  void aSignalLeavesNothing(String signal, int code) throws Exception {
    Signals.assumeHeard(signal);
    Path model = root.resolve("model");
    Process child = child(model);
    Signals.send(signal, child.pid());
    assertThat(child.waitFor()).isEqualTo(code);
    assertThat(model).doesNotExist();
  }

  @Test
  void whatAKilledProcessLeftGoesWithTheNextStart() throws Exception {
    Path model = root.resolve("model");
    Process child = child(model);
    assertThatThrownBy(() -> new VersionFolder(model))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("another process writes a model into this folder");
    child.destroyForcibly().waitFor();
    assertThat(names(model)).anyMatch(name -> name.startsWith(".partial-"));
    try (VersionFolder version = new VersionFolder(model)) {
      assertThat(version.begin()).isEmptyDirectory();
      assertThat(version.commit())
          .containsExactly(new VersionFolder.Version(model.resolve("1"), true));
    }
    assertThat(names(model)).containsExactlyInAnyOrder(".lock", "1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a[b]", "a*", "a?", "a]"})
  void aPathThatTensorFlowTakesForAPatternIsRefused(String name) {
    assertThatThrownBy(() -> new VersionFolder(root.resolve(name)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("for a pattern");
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void aFileInTheWayIsNoMatterOfRoom() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "");
    assertThatThrownBy(() -> new VersionFolder(file.resolve("model")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no folder that can be written to")
        .hasMessageNotContaining("Make room");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.map(child -> child.getFileName().toString()).toList();
    }
  }
}
